import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { type Entry, fromBuffer, type ZipFile } from 'yauzl';

/** A report of a day of a large newsroom has some thousand rows of 500 bytes: nobody means well with more. */
const LARGEST = 4 * 1024 * 1024;

/** What came is no report, or one that nobody means well with. */
export class UnusableReport extends Error {
  override name = 'UnusableReport';
}

/** The text of a report as it came: as it is, or in gzip or zip, by its first bytes. Throws UnusableReport. */
export async function unpack(bytes: Buffer): Promise<string> {
  try {
    if (bytes[0] === 0x1f && bytes[1] === 0x8b)
      return (await promisify(gunzip)(bytes, { maxOutputLength: LARGEST })).toString('utf8');
    if (bytes.subarray(0, 4).equals(Buffer.from('PK\x03\x04', 'latin1')))
      return await firstEntry(bytes);
  } catch (error) {
    if (error instanceof UnusableReport) throw error;
    throw new UnusableReport(`It cannot be unpacked: ${(error as Error).message}`);
  }
  if (bytes.length > LARGEST) throw new UnusableReport('It is too large.');
  return bytes.toString('utf8');
}

async function firstEntry(bytes: Buffer): Promise<string> {
  const zip = await promisify<Buffer, { lazyEntries: true }, ZipFile>(fromBuffer)(bytes, {
    lazyEntries: true,
  });
  const entry = await new Promise<Entry>((found, fail) => {
    zip.once('entry', found).once('error', fail);
    zip.once('end', () => fail(new UnusableReport('The archive is empty.')));
    zip.readEntry();
  });
  // yauzl ends a stream that holds more than its entry says
  if (entry.uncompressedSize > LARGEST) throw new UnusableReport('It is too large.');
  return text(await zip.openReadStreamPromise(entry));
}
