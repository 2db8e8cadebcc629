import { writeFileSync } from 'node:fs'
import { soundRateHz } from '../../src/core/sound.ts'

/** Writes samples as a WAV file (mono, 16 bits). */
export function writeWav(file: string, samples: Int16Array): string {
  const head = Buffer.alloc(44)
  head.write('RIFF', 0, 'latin1')
  head.writeUInt32LE(36 + samples.length * 2, 4)
  head.write('WAVEfmt ', 8, 'latin1')
  head.writeUInt32LE(16, 16)
  head.writeUInt16LE(1, 20)
  head.writeUInt16LE(1, 22)
  head.writeUInt32LE(soundRateHz, 24)
  head.writeUInt32LE(soundRateHz * 2, 28)
  head.writeUInt16LE(2, 32)
  head.writeUInt16LE(16, 34)
  head.write('data', 36, 'latin1')
  head.writeUInt32LE(samples.length * 2, 40)
  writeFileSync(
    file,
    Buffer.concat([head, Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength)]),
  )
  return file
}
