/** Refuses bodies that are too large before a byte of them is kept, where no parser of ours has a limit of its own: signing in, which anybody may try. */
import type { RequestHandler } from 'express';
import { problem } from './context.ts';

/**
 * `bytes`: of the body. Only what says its length is read, for Node reads no further than that; every browser and client says it. What remains
 * on the wire is not waited for.
 */
export function bodyLimit(bytes: number): RequestHandler {
  return (req, res, next) => {
    const isCounted = req.headers['transfer-encoding'] === undefined;
    if (isCounted && Number(req.headers['content-length'] ?? 0) <= bytes) return next();
    res.setHeader('connection', 'close');
    if (isCounted)
      res.status(413).json({
        code: 'PAYLOAD_TOO_LARGE',
        message: 'Payload Too Large',
        ...problem('body', `it is larger than ${bytes.toLocaleString('en-US')} bytes`, 'send less'),
      });
    else
      res.status(411).json({
        code: 'LENGTH_REQUIRED',
        message: 'Length Required',
        ...problem('body', 'its length is not said', 'send it with a content-length'),
      });
  };
}
