import { describe, expect, it } from 'vitest'
import { processorCheck } from '../../../src/cli/doctor-checks.ts'
import { describeProcessor } from '../../../src/core/processor.ts'

describe('vireo doctor says of the processor', () => {
  it.each([
    ['flags\t: avx2 avx512_vnni', 'x64', 'One (avx2, avx512_vnni): multiplies bytes exactly'],
    ['flags\t: sse4_1 avx2', 'x64', 'One (avx2): no VNNI: models in 8 bits are exact and gain little'],
    ['', 'x64', 'One: its instructions are not known here'],
  ])('%s', (cpuInfo, arch, detail) => {
    const check = processorCheck(describeProcessor({ cpuInfo, arch, model: 'One' }))
    expect(check).toMatchObject({ name: 'processor', status: 'ok' })
    expect(check.detail).toContain(detail)
  })
})
