import type { Command } from 'commander'
import type { TraceOptions } from '../../../pipelines/look/trace-camera.ts'

export function registerTrace(program: Command): void {
  program
    .command('trace')
    .description(
      'Follow the clips of one camera through every stage: why did it alert, or not? Nothing is stored.',
    )
    .requiredOption('--camera <id>', 'the camera')
    .option('-c, --config <file>', 'configuration file', 'config/vireo.yaml')
    .option('--video <file>', 'show this file to its pipeline instead')
    .option('--seconds <n>', 'from the first picture on; Ctrl-C ends it earlier', '10')
    .option('--json', 'JSON lines: clips and alert steps, and a summary as the last one')
    .action(async ({ json, ...options }: TraceOptions & { json?: boolean }) => {
      const { traceCamera } = await import('../../../pipelines/look/trace-camera.ts')
      const { describeSummary, describeTraced } = await import('../camera/describe-trace.ts')
      const { stopSignal } = await import('../run/stop-signal.ts')
      const { signal } = stopSignal()
      const print = (text: string) => process.stdout.write(`${text}\n`)
      const tell = (event: Parameters<typeof describeTraced>[0]) =>
        print(json ? JSON.stringify(event) : describeTraced(event))
      const summary = await traceCamera({ ...options, signal }, tell)
      print(json ? JSON.stringify(summary) : describeSummary(summary).join('\n'))
    })
}
