// npm run bundle:verify -- FILE [KEY]: checks a bundle of the record without network or database. KEY is the workspace's public key as it was told to you.
import { createHash, createPublicKey, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { checkBundle, type Sha256 } from '../domain/bundle.ts';
import { sentence } from '../domain/refusals.ts';

/** What stands before the 32 bytes of a public key in DER (RFC 8410). */
const PUBLIC_HEAD = '302a300506032b6570032100';

const sha256: Sha256 = (text, before = '') =>
  createHash('sha256').update(Buffer.from(before, 'hex')).update(text).digest('hex');

function fail(message: string): never {
  console.error(message);
  process.exit(1);
}

const [file, known] = process.argv.slice(2);
if (file === undefined) fail('Name the bundle: npm run bundle:verify -- FILE [KEY]');
let text: string;
try {
  text = readFileSync(file, 'utf8');
} catch (error) {
  fail(`${file} cannot be read (${(error as NodeJS.ErrnoException).code}); check its name.`);
}
const checked = checkBundle(text, sha256);
if (!checked.ok) fail(sentence(checked.refusal));
const { head, lines, links, record, signed } = checked.value;
if (!/^[0-9a-f]{64}$/.test(signed.key)) fail('signature: its key is not an Ed25519 key; ask for the bundle again.');
const key = createPublicKey({ key: Buffer.from(PUBLIC_HEAD + signed.key, 'hex'), format: 'der', type: 'spki' });
if (!verify(null, Buffer.from(signed.text), key, Buffer.from(signed.signature, 'hex')))
  fail('signature: the manifest was not signed with the key in this bundle; do not rely on this file.');
if (known !== undefined && known.toLowerCase() !== signed.key)
  fail(`signature: it was made with the key ${signed.key}, and not with yours; somebody else made this bundle.`);
console.log(`The bundle ${head.bundle} holds (${head.cut}, made ${head.made}${head.pool ? `, ${head.pool}` : ''}).`);
for (const [name, count] of Object.entries(lines)) console.log(`  ${name}: ${count} ${count === 1 ? 'line' : 'lines'}`);
if (links > 0) console.log(`  ${links} entries fit their places in the chain of the record.`);
if (record) console.log(`  The record had ${record.entries} entries then; the last has the hash ${record.hash}.`);
console.log(`Signed with the key ${signed.key}.`);
if (known === undefined)
  console.log('Compare this key with the one on the page “Record” of the workspace, or name it after the file.');
