import type { Command } from 'commander'
import { choice } from '../../options/choice.ts'
import { list } from '../../options/list.ts'
import { configOption, jsonOption } from '../../options/usual-options.ts'
import { type EditOptions, editCameras } from './edit-cameras.ts'

interface Options extends EditOptions {
  transport?: 'tcp' | 'udp'
  models?: string[]
}

export function cameraAdd(command: Command): void {
  command
    .addOption(configOption())
    .addOption(jsonOption())
    .option('--transport <name>', 'tcp or udp', choice(['tcp', 'udp']))
    .option('--models <list>', 'names of the models that watch it, by commas', list())
    .action((id: string, url: string, { transport, models, ...options }: Options) => {
      const camera = { id, url, ...(transport && { transport }), ...(models && { models }) }
      return editCameras({ kind: 'add', camera }, options)
    })
}
