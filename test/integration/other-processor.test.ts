import { execFile, execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'

interface Errors {
  readonly eightBits: number
  readonly eightBitsServed: number
  readonly sevenBits: number
  readonly sevenBitsServed: number
}

const script = join(import.meta.dirname, 'quantize-script.ts')

/** Relative errors of 8-bit products as ONNX Runtime computes them on a processor. */
async function errorsOn(program: string, args: readonly string[]): Promise<Errors> {
  const { stdout } = await promisify(execFile)(program, [...args, script])
  return JSON.parse(stdout) as Errors
}

const reason = skipReason()
if (reason) process.stderr.write(`skipped: models in 8 bits on a processor without VNNI: ${reason}\n`)

describe('models in 8 bits', () => {
  it('are exact as they are served, on this processor', async () => {
    const errors = await errorsOn(process.execPath, [])
    for (const served of [errors.eightBitsServed, errors.sevenBits, errors.sevenBitsServed])
      expect(served).toBeLessThan(0.01)
  })

  it.skipIf(reason !== null)('are exact as they are served, on one with AVX2 and without VNNI', async () => {
    const errors = await errorsOn('qemu-x86_64', ['-cpu', 'Haswell', process.execPath])
    // The emulated processor has the fault: 8-bit weights overflow there, unless the session says otherwise.
    expect(errors.eightBits).toBeGreaterThan(0.05)
    for (const served of [errors.eightBitsServed, errors.sevenBits, errors.sevenBitsServed])
      expect(served).toBeLessThan(0.01)
  })
})

/** QEMU emulates AVX2 from 7.2 on. Debian: qemu-user. */
function skipReason(): string | null {
  if (process.arch !== 'x64') return 'the emulated processor needs an x64 Node'
  try {
    const said = execFileSync('qemu-x86_64', ['--version'], { encoding: 'utf8' })
    const [major, minor] = /version (\d+)\.(\d+)/.exec(said)!.slice(1).map(Number) as [number, number]
    return major > 7 || (major === 7 && minor >= 2) ? null : `QEMU ${major}.${minor} emulates no AVX2`
  } catch {
    return 'no qemu-x86_64 in PATH (Debian: qemu-user)'
  }
}
