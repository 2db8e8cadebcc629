import type { Command } from 'commander'
import { checkConfig } from '../../../../pipelines/live/check-config.ts'
import { configHash } from '../../../config/config-hash.ts'
import { loadConfig } from '../../../config/load.ts'
import { configOption, jsonOption } from '../../options/usual-options.ts'
import { printLine } from '../../print-line.ts'

export function configCheck(command: Command): void {
  command
    .addOption(configOption())
    .addOption(jsonOption())
    .action(async ({ config: file, json }: { config: string; json?: boolean }) => {
      const loaded = loadConfig(file)
      await checkConfig(loaded)
      const hash = configHash(loaded)
      const counts = {
        cameras: loaded.cameras.length,
        models: loaded.models.length,
        rules: loaded.alerts.rules.length,
        behaviours: loaded.behaviours.rules.length,
      }
      if (json) return printLine(JSON.stringify({ ok: true, file, hash, ...counts }))
      const text = Object.entries(counts).map(([kind, count]) => `${count} ${kind}`)
      printLine(`${file}: valid, ${text.join(', ')}, hash ${hash}`)
    })
}
