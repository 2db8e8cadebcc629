import type { Command } from 'commander'
import { type SnapshotOptions, takeSnapshot } from '../../camera/take-snapshot.ts'
import { decimal } from '../../options/decimal.ts'
import { configOption, jsonOption } from '../../options/usual-options.ts'
import { printLine } from '../../print-line.ts'

export function cameraSnapshot(command: Command): void {
  command
    .addOption(configOption())
    .option('--annotate', 'draw boxes, track ids, zones, lines and scores onto it')
    .option('--out <file>', 'PNG file; absent: ID.png here')
    .option(
      '--seconds <n>',
      'how long its models look before, with --annotate',
      decimal({ above: 0, most: 600 }),
      5,
    )
    .addOption(jsonOption())
    .action(async (id: string, options: SnapshotOptions) => printLine(await takeSnapshot(id, options)))
}
