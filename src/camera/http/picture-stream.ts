/**
 * Pictures with the time of their arrival as a Matroska stream (RFC 9559): the container that can be written as it comes and
 * holds JPEG with times of a millisecond. Each picture is a cluster of its own, so that nothing waits for the next one.
 */
export function pictureStreamHead(size: { readonly widthPx: number; readonly heightPx: number }): Buffer {
  const video = element(0xe0, Buffer.concat([number(0xb0, size.widthPx), number(0xba, size.heightPx)]))
  const track = Buffer.concat([
    ...[number(0xd7, 1), number(0x73c5, 1), number(0x83, 1), number(0x9c, 0), text(0x86, 'V_MJPEG')],
    video,
  ])
  return Buffer.concat([
    element(0x1a45dfa3, Buffer.concat([text(0x4282, 'matroska'), number(0x4287, 4), number(0x4285, 2)])),
    // Of unknown length: it goes on as long as the camera does.
    Buffer.from([0x18, 0x53, 0x80, 0x67, 0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]),
    element(
      0x1549a966,
      Buffer.concat([number(0x2ad7b1, 1_000_000), text(0x4d80, 'vireo'), text(0x5741, 'vireo')]),
    ),
    element(0x1654ae6b, element(0xae, track)),
  ])
}

/** A picture that came `timeMs` after the first one. */
export function pictureCluster(picture: Buffer, timeMs: number): Buffer {
  const block = element(0xa3, Buffer.concat([Buffer.from([0x81, 0, 0, 0x80]), picture]))
  return element(0x1f43b675, Buffer.concat([number(0xe7, Math.round(timeMs)), block]))
}

const idBytes = (id: number) =>
  Buffer.from(id.toString(16).padStart(id.toString(16).length + (id.toString(16).length % 2), '0'), 'hex')

function element(id: number, body: Buffer): Buffer {
  const size = Buffer.alloc(8)
  size.writeUIntBE(body.length, 2, 6)
  size[0] = 0x01
  return Buffer.concat([idBytes(id), size, body])
}

function number(id: number, value: number): Buffer {
  const bytes = Buffer.alloc(6)
  bytes.writeUIntBE(value, 0, 6)
  return element(id, bytes)
}

const text = (id: number, value: string) => element(id, Buffer.from(value, 'latin1'))
