import type { Command } from 'commander'
import { quantizeFromFootage } from '../../../../pipelines/model/quantize-from-footage.ts'
import { type QuantizeMode, quantizeModes } from '../../../train/export/quantize-bundle.ts'
import { choice } from '../../options/choice.ts'
import { inputPath } from '../../options/input-path.ts'
import { jsonOption, threadsOption } from '../../options/usual-options.ts'
import { printLine } from '../../print-line.ts'
import { showProgress, stopOnSignal } from '../../show-progress.ts'

interface Options {
  out: string
  mode: QuantizeMode
  data?: string[]
  bits: '7' | '8'
  float: boolean
  threads: number
  json?: boolean
}

export function trainQuantize(command: Command): void {
  command
    .requiredOption('--out <folder>', 'folder of the new bundle')
    .option('--mode <mode>', 'dynamic, static (needs --data) or fp16', choice(quantizeModes), 'dynamic')
    .option('--data <paths...>', 'labelled footage: calibrates, and tells what accuracy was lost', inputPath)
    .option(
      '--bits <n>',
      'bits of the weights: 7, exact and fast on every processor, or 8, for those with VNNI',
      choice(['7', '8']),
      '7',
    )
    .option('--no-float', 'leave out the float graph, which serves where the quantised one is no gain')
    .addOption(threadsOption())
    .addOption(jsonOption('result as JSON'))
    .action(async (bundleDir: string, { out, mode, data = [], bits, float, threads, json }: Options) => {
      const { measured, loaded } = await quantizeFromFootage({
        bundleDir,
        outDir: out,
        mode,
        data,
        threads,
        sevenBits: bits === '7',
        keepFloat: float,
        onProgress: showProgress(json ?? false),
        signal: stopOnSignal(),
      })
      if (json) return printLine(JSON.stringify({ dir: loaded.dir, ...measured }))
      printLine(loaded.dir)
      for (const [name, value] of Object.entries(loaded.bundle.metrics))
        if (name.startsWith('quantize.')) printLine(`  ${name.slice(9)}: ${value}`)
    })
}
