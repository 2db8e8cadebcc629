import type { Command } from 'commander'
import { traceCamera } from '../../../pipelines/look/trace-camera.ts'
import { describeSummary, describeTraced } from '../camera/describe-trace.ts'
import { decimal } from '../options/decimal.ts'
import { configOption, jsonOption } from '../options/usual-options.ts'
import { printLine } from '../print-line.ts'
import { stopSignal } from '../run/stop-signal.ts'

interface Options {
  config: string
  camera: string
  video?: string
  seconds: number
  json?: boolean
}

export function trace(command: Command): void {
  command
    .requiredOption('--camera <id>', 'the camera')
    .addOption(configOption())
    .option('--video <file>', 'show this file to its pipeline instead')
    .option(
      '--seconds <n>',
      'from the first picture on; Ctrl-C ends it earlier',
      decimal({ above: 0, most: 3600 }),
      10,
    )
    .addOption(jsonOption('JSON lines: clips and alert steps, and a summary as the last one'))
    .action(async ({ json, ...options }: Options) => {
      const { signal } = stopSignal()
      const tell = (event: Parameters<typeof describeTraced>[0]) =>
        printLine(json ? JSON.stringify(event) : describeTraced(event))
      const summary = await traceCamera({ ...options, signal }, tell)
      printLine(json ? JSON.stringify(summary) : describeSummary(summary).join('\n'))
    })
}
