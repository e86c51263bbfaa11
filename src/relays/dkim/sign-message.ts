import { bodyHasher } from './body-hash.ts';
import type { DkimSigner } from './sign.ts';

/** A whole message (CRLF, not dot-stuffed) with its signatures before it; as it is, where nothing signs. */
export async function signMessage(
  signer: DkimSigner | undefined,
  message: Buffer,
): Promise<Buffer> {
  if (!signer) return message;
  const end = message.indexOf('\r\n\r\n') + 4;
  const bodyHash = bodyHasher([message.subarray(end)]).hash([]);
  const fields = await signer.signHeaders(message.toString('latin1', 0, end), bodyHash);
  return Buffer.concat([Buffer.from(fields.join(''), 'latin1'), message]);
}
