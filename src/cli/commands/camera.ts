import type { Command } from 'commander'
import { AppError } from '../../core/errors.ts'
import { redactFields } from '../../telemetry/redact-text.ts'

type Probe = (url: string) => Promise<unknown>

export function registerCamera(program: Command): void {
  const camera = program.command('camera').description('Look at cameras.')
  camera
    .command('probe <url>')
    .description('Connect once and print what the camera sends.')
    .option('--json', 'JSON output')
    .action(async (url: string, options: { json?: boolean }) => {
      const probe = await loadProbe()
      const result = redactFields(await probe(url))
      const text = options.json
        ? JSON.stringify(result)
        : Object.entries(result as object)
            .map(([name, value]) => `${name}: ${JSON.stringify(value)}`)
            .join('\n')
      process.stdout.write(`${text}\n`)
    })
}

async function loadProbe(): Promise<Probe> {
  const file = new URL(
    `../../camera/probe${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`,
    import.meta.url,
  )
  const loaded = (await import(file.href)) as { probeCamera?: Probe }
  if (!loaded.probeCamera) throw new AppError('BUG_UNEXPECTED', 'src/camera/probe exports no probeCamera')
  return loaded.probeCamera
}
