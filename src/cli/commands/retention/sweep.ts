import type { Command } from 'commander'
import { confirmTime } from '../../../../pipelines/record/steady-time.ts'
import { loadConfigToRead } from '../../../config/load-to-read.ts'
import { configOption } from '../../options/usual-options.ts'
import { printLine } from '../../print-line.ts'

/** Says that the machine's clock is right, so that what is too old by it is removed now. */
export function retentionSweep(command: Command): void {
  command.addOption(configOption()).action(({ config }: { config: string }) => {
    confirmTime(loadConfigToRead(config).dataDir)
    printLine(
      `the time ${new Date().toISOString()} counts as right: what is too old by it is removed within 30 s, or at the next start`,
    )
  })
}
