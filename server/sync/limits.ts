/** Upper limits of the live sheets, each with its unit and reason. The first part comes from the configuration. */

/** Named as in the configuration, where each is documented. */
export interface SheetLimits {
  messageBytes: number;
  /** Mean of one socket; a burst of BURST_SECONDS is free. */
  updatesPerSecond: number;
  socketsPerActor: number;
  roomsPerActor: number;
  /** Sheets open at once. */
  rooms: number;
  rowsPerSheet: number;
  /** Encoded state of one sheet. */
  documentBytes: number;
  awarenessBytes: number;
  /** Waiting in one socket before the room stops sending to it; at drain it gets one diff instead of all it missed. */
  backlogBytes: number;
  /** A socket that has not taken its backlog for so long is closed. */
  lagSeconds: number;
  /** Sockets whose rights are looked up and whose sheets are loaded at the same time. */
  joinsAtOnce: number;
  /** Sockets that wait to be let in. */
  joinsWaiting: number;
  /** Sockets of this node that are let in. */
  sockets: number;
  /** Sockets that were told why they are not let in and have not hung up; the oldest makes room. */
  turnedAway: number;
  sheetUnloadSeconds: number;
  shutdownSeconds: number;
}

/** A paste, an undo and a reconnect in one second are no abuse. */
export const BURST_SECONDS = 4;
/** Answering where a client stands means encoding up to the whole sheet; it counts as much as this many updates. */
export const STEP1_COST = 5;
/** So many bytes of an answer after a socket's first count as one more update: whoever asks for 4 MB again and again gets them every five seconds. */
export const ANSWER_BYTES_PER_UPDATE = 8 << 10;
/** Updates of one socket that wait for the tick. Beyond it, we stop reading from the socket. */
export const QUEUED_UPDATES_MAX = 256;

/** How often a full sheet is measured exactly, a smaller one in proportion: encoding 16 MB takes about half a second. */
export const MEASURE_MS = 10_000;

/** Client ids in one update: a browser makes one for each page load, and an offline stretch brings several. */
export const CLIENTS_PER_UPDATE_MAX = 64;
/** New client ids of one socket. Each is a row for ever. */
export const NEW_CLIENTS_PER_SOCKET_MAX = 256;
/**
 * Client ids that one person leaves in a sheet before they come slowly: a page that writes makes one, so forty page loads a day for two months. Each is
 * looked at in every later Yjs transaction of the sheet, some 0.8 µs, and takes 4 to 10 bytes of every state vector: 2,000 are 1.7 ms and 16 KB.
 */
export const CLIENTS_FREE = 2_000;
/** Once a sheet has so many ids of all people, some 17 ms of each transaction, a person's come slowly after the first few. */
export const CLIENTS_IN_CROWD = 20_000;
export const CLIENTS_FREE_IN_CROWD = 100;
/** Slowly: so many at once, as a page opened again and again while offline, and then one every CLIENT_REST_MS. Nobody is locked out for good. */
export const CLIENTS_AT_ONCE = 8;
export const CLIENT_REST_MS = 2 * 60_000;

/**
 * Steps of Yjs, some 100 ns each in a large document, to sort what several clients wrote into one cell at the same time: of a cell in its whole life (a
 * thousand such values), of one update in all its cells, and of all crowded cells of a sheet. Together with the bytes of a sheet they bound how long it
 * takes to open the worst that anybody can make of it: less than two seconds.
 */
export const CELL_STEPS_MAX = 1_000_000;
export const UPDATE_STEPS_MAX = 1_000_000;
export const SHEET_STEPS_MAX = 2_000_000;
/** A cell that costs no more than this does not count for the sheet: sixteen people at once, or one such value in a cell written 256 times. */
export const CELL_STEPS_FREE = 256;
/** Whoever writes after what stands there, as everybody does who sees it, may go on for so many times as long. */
export const IN_TURN_FACTOR = 2;

/** What a row or a removed row keeps in memory for ever beyond its bytes on the wire. */
export const ROW_KEY_BYTES = 64;
/** The same of every stretch of values; one takes about 1 µs to read when the sheet is opened, and can be as short as 8 bytes. */
export const STRUCT_BYTES = 16;

/** Removed rows of a sheet whose owner is remembered, so that an undo gives the row back to it. */
export const OWNERS_ONCE_MAX = 10_000;

/** Updates without their history are answered with our state vector this often before the socket is closed. */
export const GAPS_MAX = 3;
/** Further such updates that may arrive before the client has answered that; each costs one decoding. */
export const GAPS_UNANSWERED_MAX = 64;

/** Whole sheets from this size on go compressed to clients that take it: below, the bytes saved are worth less than the work. */
export const DEFLATE_BYTES_MIN = 4 << 10;
/** Compressed messages of clients that are unpacked at the same time; a thread works on each. */
export const INFLATES_AT_ONCE = 8;

/** 25 cursor frames a second look smooth. */
export const PRESENCE_MS = 40;
/** Clocks of people who left, kept so that they are seen at once when they come back. */
export const GONE_MAX = 256;

/** From so many sockets on, ticks of a room are at least TICK_MS apart: each tick is a frame for every socket. */
export const BUSY_SOCKETS = 20;
/** So many updates in one tick are no typing; more of them come, and go together. */
export const BUSY_UPDATES = 8;
export const TICK_MS = 8;
/** For each so many sockets another TICK_MS, so that frames take about a twentieth of a core however many people are in the room. */
export const SOCKETS_PER_TICK_MS = 25;
/** Nobody sees a wait this long: a page paints what others do at most every 66 ms. An edit after a pause waits for nothing. */
export const TICK_MS_MAX = 32;
/** Updates, and bytes, of one tick of one room, so that one room does not hold up the event loop. */
export const TICK_UPDATES_MAX = 256;
export const TICK_BYTES_MAX = 4 << 20;
/** Rooms' ticks are put together in one statement up to here. */
export const COMMIT_BYTES_MAX = 4 << 20;
/** A commit that takes longer counts as lost; the version check makes it harmless if it still arrives. */
export const COMMIT_MS_MAX = 10_000;
/** A room that reads on in its log gives up after so long, as with a commit. */
export const READ_MS_MAX = COMMIT_MS_MAX;

/** A snapshot is taken once the tail after the last one is this long: replaying 1,000 updates takes some 20 ms. */
export const TAIL_UPDATES_MAX = 1_000;
export const TAIL_BYTES_MAX = 1 << 20;
/** After a snapshot that took a second, the sheet's next waits this many: under a storm of edits snapshots take at most 5 % of a core. */
export const SNAPSHOT_REST_FACTOR = 20;
/** A snapshot that failed is tried again after so long. */
export const SNAPSHOT_REST_MS_AFTER_FAULT = 10_000;
/** A checkpoint is kept once so many updates, or bytes of log, lie after the last: "as of" reads one checkpoint and at most about that much. */
export const CHECKPOINT_UPDATES_MIN = 5_000;
export const CHECKPOINT_BYTES_MIN = 8 << 20;
/** JSON of a sheet's rows: cells of 2,048 bytes in the largest document, and as much again for names. */
export const ROWS_BYTES_MAX = 64 << 20;
/** Changes of cells, and removed rows, in one answer of the history. */
export const CHANGES_PER_PAGE = 200;
export const REMOVED_PER_PAGE = 50;
/** Rows listed of each kind when two states of a sheet are compared; the rest is counted. */
export const COMPARED_ROWS_MAX = 1_000;
/** Readings of whole earlier states at the same time, and those that wait: each holds a sheet's rows in memory. */
export const STATES_AT_ONCE = 2;
export const STATES_WAITING_MAX = 100;
/** Logs whose chain is checked at the same time, and those that wait: a long log takes a second. */
export const CHECKS_AT_ONCE = 1;
export const CHECKS_WAITING_MAX = 20;
/** Log rows, and bytes of them, read at once: pastes make rows of megabytes. */
export const PAGE_ROWS = 2_000;
export const PAGE_BYTES = 4 << 20;

/** A sheet counts as written on several nodes for so long after another node's last edit, even if that node cannot be heard. */
export const SHARED_MS = 60_000;
/** Edits of other nodes that wait in memory for the room's tick; beyond it they are read from the log. */
export const BROUGHT_BYTES_MAX = 1 << 20;
/** How often a node looks in the database for what no ring told it. */
export const LOOK_MS = 5_000;

/** Ping interval. A line without any sign of life for two of them is dead; stock clients give up after 30 s of silence. */
export const HEARTBEAT_MS = 15_000;
/** Sockets that are not let in, and at the end all, get so long to answer the closing frame. */
export const HANG_UP_MS_MAX = 2_000;
/** Sockets told to come back do so after a moment, and apart from each other: this long at least, and spread over 5 ms for each socket. */
export const RETRY_MS_MIN = 500;
export const RETRY_SPREAD_MS = 1_000;
export const RETRY_MS_PER_SOCKET = 5;
export const RETRY_MS_MAX = 20_000;
/** Edits that the server makes for people at the same time, and those that wait: each loads a sheet. */
export const HANDS_AT_ONCE = 2;
export const HANDS_WAITING_MAX = 100;
