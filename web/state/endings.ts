/** How a sheet's line can end for good, and what a person is told where the server sent no refusal of its own. */
import { CLOSE, type Refused } from '#protocol/rooms.ts';

/** Why a sheet is not live any more and will not be by itself. */
export type Ended = 'signedOut' | 'noSheet' | 'broken';

const why = (code: string, message: string, remedy: string): Refused => ({
  code,
  row: null,
  column: null,
  message,
  remedy,
});

export const OUT_OF_REACH = why('out-of-reach', 'the server could not be reached', 'enter the lines kept here again');
const OUT_OF_STEP = why('out-of-step', 'this page and the server were out of step', 'enter the lines kept here again');

const WHY = new Map<number, Refused>([
  [
    CLOSE.refused,
    why('not-admitted', 'the sheet did not take this edit', 'look at the lines kept here and enter them again'),
  ],
  [CLOSE.signedOut, why('signed-out', 'your session has ended', 'sign in again; your last edits are kept here')],
  [
    CLOSE.noSheet,
    why('no-sheet', 'this sheet is not open to you any more', 'copy what you need from the lines kept here'),
  ],
  [CLOSE.limit, why('too-much', 'that was too much at once', 'enter the lines kept here again in smaller steps')],
  [
    CLOSE.changed,
    why(
      'changed',
      'the sheet changed its phase or your rights before these edits arrived',
      'copy what you need from the lines kept here',
    ),
  ],
]);

export const whyClosed = (code: number): Refused => WHY.get(code) ?? OUT_OF_STEP;
