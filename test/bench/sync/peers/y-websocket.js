// @ts-nocheck: its packages are there only once the bench has installed them.
/** @y/websocket-server as its own command starts it; this one says which port it got. YPERSISTENCE makes it keep documents in LevelDB. */
import { createServer } from 'node:http';
import { setupWSConnection } from '@y/websocket-server/utils';
import WebSocket from 'ws';

const server = new WebSocket.Server({ noServer: true });
server.on('connection', setupWSConnection);
const http = createServer();
http.on('upgrade', (request, socket, head) =>
  server.handleUpgrade(request, socket, head, (connection) => server.emit('connection', connection, request)),
);
http.listen(Number(process.env.PORT), process.env.HOST, () =>
  console.log(`running at http://127.0.0.1:${http.address().port}`),
);
