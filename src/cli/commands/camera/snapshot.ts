import type { Command } from 'commander'
import type { SnapshotOptions } from '../../../../pipelines/look/take-snapshot.ts'

export function registerCameraSnapshot(camera: Command): void {
  camera
    .command('snapshot <id>')
    .description('Write one picture of a camera; with --annotate also what Vireo sees on it.')
    .option('-c, --config <file>', 'configuration file', 'config/vireo.yaml')
    .option('--annotate', 'draw boxes, track ids, zones, lines and scores onto it')
    .option('--out <file>', 'PNG file; absent: ID.png here')
    .option('--seconds <n>', 'how long its models look before, with --annotate', '5')
    .option('--json', 'JSON output')
    .action(async (id: string, options: SnapshotOptions) => {
      const { takeSnapshot } = await import('../../../../pipelines/look/take-snapshot.ts')
      process.stdout.write(`${await takeSnapshot(id, options)}\n`)
    })
}
