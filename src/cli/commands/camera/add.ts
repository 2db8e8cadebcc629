import type { Command } from 'commander'
import type { CameraEdit } from '../../../config/edit.ts'

interface Options {
  config: string
  transport?: string
  models?: string
  json?: boolean
}

/** `vireo camera list|add|remove|pause|resume`: they edit the file; a running Vireo follows it by itself. */
export function registerCameraEdits(camera: Command): void {
  const withConfig = (command: Command) =>
    command
      .option('-c, --config <file>', 'configuration file', 'config/vireo.yaml')
      .option('--json', 'JSON output')

  withConfig(camera.command('list').description('The cameras of the configuration.')).action(
    async ({ config: file, json }: Options) => {
      const { loadConfigToRead } = await import('../../../config/load-to-read.ts')
      const { redactConfig } = await import('../../../config/redact.ts')
      const { cameras } = redactConfig(loadConfigToRead(file))
      if (json) print(JSON.stringify(cameras))
      else
        for (const { id, url, paused } of cameras) print(`${id.padEnd(16)} ${paused ? 'paused  ' : ''}${url}`)
    },
  )
  withConfig(camera.command('add <id> <url>').description('Add a camera to the configuration.'))
    .option('--transport <name>', 'tcp or udp')
    .option('--models <list>', 'names of the models that watch it, by commas')
    .action(async (id: string, url: string, options: Options) => {
      const { transport, models } = options
      const added = {
        id,
        url,
        ...(transport === undefined ? {} : { transport }),
        ...(models === undefined ? {} : { models: models.split(',').map((name) => name.trim()) }),
      }
      await edit({ kind: 'add', camera: added }, options)
    })
  for (const [kind, about] of [
    ['remove', 'Take a camera out of the configuration.'],
    ['pause', 'Disconnect a camera and keep it in the configuration.'],
    ['resume', 'Connect a paused camera again.'],
  ] as const)
    withConfig(camera.command(`${kind} <id>`).description(about)).action((id: string, options: Options) =>
      edit({ kind, id }, options),
    )
}

async function edit(change: CameraEdit, { config, json }: Options): Promise<void> {
  const { editCamerasIn } = await import('../../../config/edit.ts')
  const id = change.kind === 'add' ? change.camera.id : change.id
  const { checkConfig } = await import('../../../../pipelines/live/check-config.ts')
  await editCamerasIn(config, change, { check: checkConfig })
  print(
    json
      ? JSON.stringify({ ok: true, change: change.kind, camera: id, file: config })
      : `${config}: ${change.kind} ${id}`,
  )
}

function print(text: string): void {
  process.stdout.write(`${text}\n`)
}
