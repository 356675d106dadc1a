/** What the demand page of the demo sends to a browser that comes for the first time: script and style, compressed as they travel. */
import { Town } from '../../support/people.ts';
import { removeFolder, startServer, temporaryFolder } from '../../support/server.ts';

export async function firstLoadKb(): Promise<number> {
  const dataDir = temporaryFolder();
  const server = await startServer({}, dataDir);
  const town = await Town.found();
  try {
    const person = await town.person('Imani Okafor');
    await person.signIn(server.origin);
    await person.openPool('Titanium sponge 2027');
    const address = person.page.url();
    const session = await person.context.newCDPSession(person.page);
    await session.send('Network.enable');
    await session.send('Network.setCacheDisabled', { cacheDisabled: true });
    const isCode = new Set<string>();
    let bytes = 0;
    session.on('Network.responseReceived', ({ requestId, type }) => {
      if (type === 'Script' || type === 'Stylesheet') isCode.add(requestId);
    });
    session.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
      if (isCode.has(requestId)) bytes += encodedDataLength;
    });
    await person.page.goto(address);
    await person.cell(1, 'note').waitFor();
    await person.saved();
    return bytes / 1000;
  } finally {
    await town.leave();
    await server.stop();
    removeFolder(dataDir);
  }
}
