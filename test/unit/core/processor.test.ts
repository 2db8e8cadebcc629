import { describe, expect, it } from 'vitest'
import { describeProcessor, processor } from '../../../src/core/processor.ts'

const cpuInfo = (flags: string) => `processor\t: 0\nmodel name\t: One\nflags\t\t: ${flags}\nbugs\t\t: none\n`

describe('the processor', () => {
  it.each([
    ['fpu sse4_1 avx2 bmi2', 'x64', ['avx2'], false],
    ['fpu avx2 avx512f avx512_vnni', 'x64', ['avx2', 'avx512f', 'avx512_vnni'], true],
    ['fpu avx2 avx_vnni', 'x64', ['avx2', 'avx_vnni'], true],
    ['fpu sse2', 'x64', [], false],
  ])('with flags %s on %s', (flags, arch, known, exactBytes) => {
    expect(describeProcessor({ cpuInfo: cpuInfo(flags), arch, model: 'One' })).toEqual({
      model: 'One',
      arch,
      flags: known,
      exactBytes,
    })
  })

  it('says that it does not know where nothing says it', () => {
    expect(describeProcessor({ cpuInfo: '', arch: 'x64', model: 'One' }).exactBytes).toBe(null)
    expect(describeProcessor({ cpuInfo: '', arch: 'riscv64', model: 'One' }).exactBytes).toBe(null)
  })

  it('64-bit ARM adds up products of bytes without 16-bit sums', () => {
    expect(describeProcessor({ cpuInfo: '', arch: 'arm64', model: 'One' }).exactBytes).toBe(true)
  })

  it('of this machine has a name', () => {
    expect(processor().model).not.toBe('')
    expect(processor()).toBe(processor())
  })
})
