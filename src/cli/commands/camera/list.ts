import type { Command } from 'commander'
import { loadConfigToRead } from '../../../config/load-to-read.ts'
import { redactConfig } from '../../../config/redact.ts'
import { configOption, jsonOption } from '../../options/usual-options.ts'
import { printLine } from '../../print-line.ts'

export function cameraList(command: Command): void {
  command
    .addOption(configOption())
    .addOption(jsonOption())
    .action(({ config, json }: { config: string; json?: boolean }) => {
      const { cameras } = redactConfig(loadConfigToRead(config))
      if (json) return printLine(JSON.stringify(cameras))
      for (const { id, url, paused } of cameras)
        printLine(`${id.padEnd(16)} ${paused ? 'paused  ' : ''}${url}`)
    })
}
