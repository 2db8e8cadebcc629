import type { Command } from 'commander'
import { loadConfigToRead } from '../../../config/load-to-read.ts'
import { type ClipFilter, openClipReader } from '../../../store/tables/clip-reader.ts'
import { sinceOf } from '../../options/since-ms.ts'
import {
  cameraOption,
  configOption,
  jsonOption,
  limitOption,
  sinceOption,
} from '../../options/usual-options.ts'
import { printLine } from '../../print-line.ts'
import { describeClip } from './describe-clip.ts'

interface Options {
  config: string
  camera?: string
  label?: string
  since?: string
  removed?: boolean
  limit: number
  json?: boolean
}

export function clipList(command: Command): void {
  command
    .addOption(configOption())
    .addOption(cameraOption())
    .option('--label <label>', 'only alerts with this label')
    .addOption(sinceOption())
    .option('--removed', 'those that were removed, too')
    .addOption(limitOption('most clips'))
    .addOption(jsonOption('one clip a line'))
    .action(({ config, camera, label, since, removed = false, limit, json }: Options) => {
      const fromMs = sinceOf(config, since)
      const filter: ClipFilter = {
        removed,
        ...(camera === undefined ? {} : { cameraId: camera }),
        ...(label === undefined ? {} : { label }),
        ...(fromMs === null ? {} : { sinceMs: fromMs }),
      }
      const reader = openClipReader(loadConfigToRead(config).dataDir)
      try {
        const clips = reader.list(filter, { limit }).items
        if (clips.length === 0 && !json) process.stderr.write('there are no such clips\n')
        for (const row of clips) printLine(json ? JSON.stringify(row) : describeClip(row))
      } finally {
        reader.close()
      }
    })
}
