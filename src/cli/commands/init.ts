import type { Command } from 'commander'
import type { InitOptions } from '../init/run-init.ts'

interface Options extends InitOptions {
  start: boolean
}

/** `vireo init`: from cameras to alerts about people, by questions or by options. */
export function registerInit(program: Command): void {
  program
    .command('init')
    .description(
      'Set up a site: find the cameras, look at them, install the model of people, write vireo.yaml with rules, and start.',
    )
    .option('-c, --config <file>', 'file to write', 'vireo.yaml')
    .option(
      '--camera <url...>',
      'addresses (or files) of cameras, without passwords; absent: those that answer',
    )
    .option('--name <id...>', 'their names, in the same order')
    .option('--discover', 'take the ONVIF cameras that answer in the network')
    .option('--address <host>', 'take the ONVIF camera or recorder at this address')
    .option(
      '--user <name>',
      'user of the cameras (password: VIREO_CAMERA_PASSWORD, standard input, or asked for)',
    )
    .option('--closed <hours>', 'when nobody should be there: 22:00-06:00, never or always')
    .option('--time-zone <zone>', 'IANA time zone of the cameras')
    .option('--from <file>', 'the archive of the package of the model, for a machine without a network')
    .option('--no-install', 'install no model: what moves is watched, unless models/people is there')
    .option('--no-start', 'write the configuration and end')
    .option('--yes', 'ask nothing; take what is usual for what is not given')
    .option('--force', 'replace a configuration that is there already')
    .option('--json', 'progress (stderr), result and alerts as JSON lines')
    .action(async ({ start, ...options }: Options) => {
      const { stopSignal } = await import('../run/stop-signal.ts')
      const { endInTime } = await import('../run/end-in-time.ts')
      const { runInit } = await import('../init/run-init.ts')
      const stop = stopSignal()
      const made = await runInit(options, stop).catch((thrown) => {
        // A camera that does not answer is not waited for.
        endInTime(500)
        if (!stop.signal.aborted) throw thrown
        process.stderr.write('stopped; no configuration was written\n')
        process.exitCode = 130
        return null
      })
      if (!made) return
      const print = (text: string) => process.stdout.write(`${text}\n`)
      const { config, variables, cameras, model, rules } = made
      if (options.json) print(JSON.stringify(made))
      else {
        print(
          `${config}: ${cameras.length === 1 ? '1 camera' : `${cameras.length} cameras`}, rules ${rules.join(', ')}`,
        )
        if (variables !== null) print(`${variables}: the passwords, readable for you alone`)
        if (model === null) print('without a model of people: whatever moves is watched')
        if (!start) print(`start it with: vireo run --config ${config}`)
        else print('watching; alerts are printed here, Ctrl-C ends it\n')
      }
      if (!start) return
      const { runLive } = await import('../run/run-live.ts')
      await runLive({ config, json: options.json ?? false, alerts: true })
    })
}
