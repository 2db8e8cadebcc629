import type { Command } from 'commander'
import { loadConfigToRead } from '../../../config/load-to-read.ts'
import { exportClip } from '../../../record/clip/export-clip.ts'
import { openClipReader } from '../../../store/tables/clip-reader.ts'
import { configOption, jsonOption } from '../../options/usual-options.ts'
import { printLine } from '../../print-line.ts'

export function clipExport(command: Command): void {
  command
    .requiredOption('--to <folder>', 'where to; made when it is not there')
    .addOption(configOption())
    .addOption(jsonOption('one clip a line'))
    .action(async (ids: string[], options: { config: string; to: string; json?: boolean }) => {
      const reader = openClipReader(loadConfigToRead(options.config).dataDir)
      try {
        for (const row of ids.map((id) => reader.find(id))) {
          const path = await exportClip(row, options.to)
          printLine(options.json ? JSON.stringify({ ...row, exported: path }) : path)
        }
      } finally {
        reader.close()
      }
    })
}
