import { crc32, deflateSync } from 'node:zlib';

/** Bodies of other kinds than JSON, to see how each is shown. */
export const samplePage = `<!doctype html>
<html lang="en">
  <head><meta charset="utf-8"><title>Reports</title></head>
  <body><h1>Reports</h1><p>This page came from the sandbox.</p></body>
</html>
`;

export const sampleXml = `<?xml version="1.0" encoding="UTF-8"?>
<report id="1"><title>Visitors by week</title><week number="1" visitors="1204"/><week number="2" visitors="1390"/></report>
`;

/** A 96 by 64 pixel PNG (RFC 2083): a bar chart in two colours. */
export function samplePng(): Buffer {
  const [width, height] = [96, 64];
  const rows: Buffer[] = [];
  for (let y = 0; y < height; y += 1) {
    const row = Buffer.alloc(1 + width * 3, 0xff);
    row[0] = 0; // Filter type "none".
    for (let x = 0; x < width; x += 1) {
      const barHeight = 12 + Math.floor(x / 16) * 9;
      if (x % 16 < 12 && height - y <= barHeight) row.set([0x2f, 0x6f, 0xeb], 1 + x * 3);
    }
    rows.push(row);
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8); // Eight bits a channel, RGB.
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    pngChunk('IHDR', header),
    pngChunk('IDAT', deflateSync(Buffer.concat(rows))),
    pngChunk('IEND', Buffer.alloc(0)),
  ]);
}

function pngChunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, checksum]);
}
