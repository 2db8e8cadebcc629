import type { TierConfig } from '../../config/schema/tier-schema.ts'
import type { TierKept, TierMeasure } from '../../core/tiered-segment.ts'

/** Why what was made of a segment must not take its place; null when it may. */
export function judgeTier(
  measure: TierMeasure,
  tier: Pick<TierConfig, 'minSsim' | 'minPsnrDb' | 'minVmaf' | 'minSavingPercent'>,
): { readonly kept: TierKept; readonly note: string } | null {
  const { bytesBefore, bytesAfter, ssim, psnrDb, vmaf } = measure
  const short = [
    ssim < tier.minSsim ? `SSIM ${ssim.toFixed(4)} < ${tier.minSsim}` : null,
    psnrDb < tier.minPsnrDb ? `PSNR ${psnrDb.toFixed(2)} dB < ${tier.minPsnrDb} dB` : null,
    vmaf !== null && vmaf < tier.minVmaf ? `VMAF ${vmaf.toFixed(1)} < ${tier.minVmaf}` : null,
  ].filter((text) => text !== null)
  if (short.length > 0) return { kept: 'quality', note: short.join(', ') }
  const savedBytes = bytesBefore - bytesAfter
  if (savedBytes > 0 && savedBytes * 100 >= tier.minSavingPercent * bytesBefore) return null
  const percent = ((savedBytes / bytesBefore) * 100).toFixed(1)
  return { kept: 'not_smaller', note: `saves ${percent} % < ${tier.minSavingPercent} %` }
}
