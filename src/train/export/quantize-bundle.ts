import { readFile } from 'node:fs/promises'
import type { Bundle } from '../../bundle/bundle-schema.ts'
import { type LoadedBundle, loadBundle } from '../../bundle/load-bundle.ts'
import { precisionTask } from '../../bundle/precision-task.ts'
import { writeBundle } from '../../bundle/write-bundle.ts'
import { AppError } from '../../core/errors.ts'
import { type RangeMethod, rangeMethods } from '../../onnx/quantize/activation-range.ts'
import { convertFp16 } from '../../onnx/quantize/convert-fp16.ts'
import { measurePrecision } from '../../onnx/quantize/measure-precision.ts'
import { type QuantizeSettings, quantizeDynamic } from '../../onnx/quantize/quantize-dynamic.ts'
import type { QuantizeReport } from '../../onnx/quantize/quantize-nodes.ts'
import { quantizeStatic } from '../../onnx/quantize/quantize-static.ts'
import { calibrate } from './calibrate.ts'
import { compareGraphs, type LabelledVideo, meanChange, type SmallerModel } from './quantize-check.ts'

/** dynamic: 8 bits, no calibration; static: 8 bits, calibrated; fp16: half precision, for GPUs. */
export const quantizeModes = ['dynamic', 'static', 'fp16'] as const
export type QuantizeMode = (typeof quantizeModes)[number]

export interface QuantizeBundleOptions {
  /** A bundle of kind clip or stream with a float graph. */
  readonly bundleDir: string
  readonly outDir: string
  readonly mode: QuantizeMode
  /** Typical videos, uint8 [frames, H, W, 3] each. Static needs them; the others only compare scores on them. */
  readonly calibration?: readonly Uint8Array[]
  /** How static chooses ranges; when left out, the way that changes the calibration videos' scores least. */
  readonly method?: RangeMethod
  /** Videos with their labels, to say what accuracy was lost. */
  readonly labelled?: readonly LabelledVideo[]
  /** Version of the new bundle; that of the old one with the mode added when left out. */
  readonly version?: string
  /** Puts the float graph beside the quantised one, for processors where that is no gain; true when left out. */
  readonly keepFloat?: boolean
  /** 7-bit weights, right on every processor; true when left out. */
  readonly sevenBits?: boolean
  readonly leastWeights?: number
  /** Names of weights that stay float. */
  readonly keep?: readonly string[]
  readonly threads: number
}

export interface QuantizedBundle {
  readonly loaded: LoadedBundle
  readonly report: QuantizeReport
  readonly measured: SmallerModel
}

/**
 * Writes a smaller and faster copy of a bundle. What it lost and gained on the given videos and on this machine is
 * among its metrics as `quantize.*`; its parent is the bundle that it was made from. Throws MODEL_* for a bundle that
 * cannot be read or is quantised already, TRAIN_DATA (static without videos) and STORE_WRITE.
 */
export async function quantizeBundle(options: QuantizeBundleOptions): Promise<QuantizedBundle> {
  const { bundleDir, outDir, mode, threads, calibration = [], labelled = [] } = options
  const { bundle, graphPath } = await loadBundle(bundleDir)
  if (bundle.kind !== 'clip' && bundle.kind !== 'stream')
    throw new AppError(
      'MODEL_CONTRACT',
      `${bundleDir}: is of kind ${bundle.kind}; only kinds clip and stream can be quantised`,
    )
  const before = await readFile(graphPath)
  const settings: QuantizeSettings = {
    sevenBits: options.sevenBits ?? true,
    ...(options.leastWeights !== undefined && { leastWeights: options.leastWeights }),
    ...(options.keep && { keep: options.keep }),
  }
  const { model: after, report } = await convert()
  const measured = await compareGraphs({ bundle, before, after, videos: calibration, labelled, threads })
  // What the engine compares with on the processor that serves.
  const check = await measurePrecision({
    task: precisionTask(bundle),
    float: before,
    smaller: after,
    budgetMs: 0,
  })
  const { files: _, formatVersion: __, floatGraph: ___, ...rest } = bundle
  const floatGraph = options.keepFloat === false ? null : floatName(bundle.graph)
  const loaded = await writeBundle(
    outDir,
    {
      ...rest,
      version: options.version ?? versionWith(bundle.version, mode),
      parent: `${bundle.name}@${bundle.version}`,
      ...(floatGraph !== null && { floatGraph }),
      metrics: { ...bundle.metrics, ...metricsOf({ ...measured, checkChange: check.change }, report) },
    },
    { [bundle.graph]: after, ...(floatGraph !== null && { [floatGraph]: before }) },
  )
  return { loaded, report, measured }

  async function convert() {
    if (mode === 'dynamic') return quantizeDynamic(before, settings)
    if (mode === 'fp16') return convertFp16(before, { keep: options.keep ?? [] })
    const rangesBy = await calibrate({ bundle, graph: before, videos: calibration, threads, settings })
    const results = (options.method ? [options.method] : rangeMethods).map((method) =>
      quantizeStatic(before, rangesBy(method), settings),
    )
    let best = { result: results[0]!, change: Number.POSITIVE_INFINITY }
    if (results.length > 1)
      for (const result of results) {
        const graphs = { before, after: result.model }
        const change = await meanChange({ bundle, ...graphs, videos: calibration, threads })
        if (change < best.change) best = { result, change }
      }
    return best.result
  }
}

/** 1.4.0 → 1.4.0-int8, 1.4.0-rc.1 → 1.4.0-rc.1.int8 */
function versionWith(version: string, mode: QuantizeMode): string {
  const suffix = mode === 'fp16' ? 'fp16' : mode === 'static' ? 'int8s' : 'int8'
  return `${version}${/[-+]/.test(version) ? '.' : '-'}${suffix}`
}

/** Beside the graph, under a name that is not its own. */
function floatName(graph: string): string {
  return graph === 'float.onnx' ? 'float-model.onnx' : 'float.onnx'
}

function metricsOf(
  measured: SmallerModel & { checkChange: number },
  report: QuantizeReport,
): Bundle['metrics'] {
  const numbers = {
    ...measured,
    tensors: report.converted.length,
    worstWeightError: report.worstWeightError,
    bytesBefore: report.bytesBefore,
    bytesAfter: report.bytesAfter,
  }
  return Object.fromEntries(
    Object.entries(numbers).flatMap(([name, value]) =>
      value === null
        ? []
        : [[`quantize.${name}`, Number.isInteger(value) ? value : Number(value.toPrecision(4))]],
    ),
  )
}
