import { describe, expect, it } from 'vitest'
import { tierSchema } from '../../../../src/config/schema/tier-schema.ts'
import { judgeTier } from '../../../../src/record/tier/judge-tier.ts'
import { parseQuality } from '../../../../src/record/tier/measure-quality.ts'
import { tierArguments } from '../../../../src/record/tier/tier-arguments.ts'

const said = `[Parsed_ssim_8 @ 0x5] SSIM Y:0.961 (14.1) U:0.99 (21.3) V:0.98 (19.1) All:0.968153 (14.969)
[Parsed_psnr_9 @ 0x5] PSNR y:34.2 u:41.0 v:40.1 average:35.670000 min:33.1 max:36.2`

describe('parseQuality', () => {
  it('reads what ffmpeg says at the end', () => {
    expect(parseQuality(said, false)).toEqual({ ssim: 0.968153, psnrDb: 35.67, vmaf: null })
    expect(parseQuality(`${said}\n[libvmaf] VMAF score: 91.25`, true).vmaf).toBe(91.25)
    expect(parseQuality(said.replace('35.670000', 'inf'), false).psnrDb).toBe(100)
  })

  it.each([
    ['', false],
    [said, true],
    [said.replace(/All:\S+/, ''), false],
  ])('does not take nothing for a measure', (text, vmaf) => {
    expect(() => parseQuality(text, vmaf)).toThrow('ffmpeg measured no quality')
  })
})

describe('judgeTier', () => {
  const floors = { minSsim: 0.9, minPsnrDb: 28, minVmaf: 70, minSavingPercent: 20 }
  const measure = { bytesBefore: 1000, bytesAfter: 800, ssim: 0.9, psnrDb: 28, vmaf: 70 }

  it('lets through what reaches every floor exactly', () => {
    expect(judgeTier(measure, floors)).toBeNull()
    expect(judgeTier({ ...measure, vmaf: null }, floors)).toBeNull()
  })

  it.each([
    [{ ssim: 0.8999, psnrDb: 27.9 }, 'quality', 'SSIM 0.8999 < 0.9, PSNR 27.90 dB < 28 dB'],
    [{ vmaf: 69.9 }, 'quality', 'VMAF 69.9 < 70'],
    [{ bytesAfter: 801 }, 'not_smaller', 'saves 19.9 % < 20 %'],
    [{ bytesAfter: 1200 }, 'not_smaller', 'saves -20.0 % < 20 %'],
  ])('keeps the original for %o', (worse, kept, note) => {
    expect(judgeTier({ ...measure, ...worse }, floors)).toEqual({ kept, note })
  })

  it('never takes a larger file', () => {
    expect(judgeTier({ ...measure, bytesAfter: 1000 }, { ...floors, minSavingPercent: 0 })).not.toBeNull()
  })
})

describe('tierArguments', () => {
  const argsOf = (heightPx: number, more: object = {}) =>
    tierArguments({
      input: '/a.mp4',
      output: '/a.mp4.tier.tmp',
      startedMs: 0,
      sha256Before: 'ab',
      picture: { widthPx: 1920, heightPx, codec: 'h264', durationMs: 60_000 },
      tier: tierSchema.parse(more),
    }).join(' ')

  it('makes large pictures smaller, and leaves small ones as they are', () => {
    expect(argsOf(1080)).toContain('scale=-2:480:flags=area')
    expect(argsOf(480)).toContain('scale=trunc(iw/2)*2:trunc(ih/2)*2')
  })

  it('marks what it makes, one thread at a time', () => {
    const text = argsOf(1080, { codec: 'h265', crf: 31 })
    expect(text).toContain('comment=vireo.tier/1 sha256=ab')
    expect(text).toContain('-c:v libx265 -tag:v hvc1 -x265-params pools=1:frame-threads=1')
    expect(text).toContain('-crf 31 -threads 1')
  })
})
