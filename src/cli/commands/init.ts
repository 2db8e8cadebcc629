import type { Command } from 'commander'
import { type InitOptions, runInit } from '../init/run-init.ts'
import { parseClosed } from '../init/site-answers.ts'
import { deviceAddress } from '../options/device-address.ts'
import { inputPath } from '../options/input-path.ts'
import { timeZone } from '../options/time-zone.ts'
import { jsonOption } from '../options/usual-options.ts'
import { printLine } from '../print-line.ts'
import { endInTime } from '../run/end-in-time.ts'
import { runLive } from '../run/run-live.ts'
import { stopSignal } from '../run/stop-signal.ts'

interface Options extends InitOptions {
  start: boolean
}

/** From cameras to alerts about people, by questions or by options. */
export function init(command: Command): void {
  command
    .option('-c, --config <file>', 'file to write', 'vireo.yaml')
    .option(
      '--camera <url...>',
      'addresses (or files) of cameras, without passwords; absent: those that answer',
    )
    .option('--name <id...>', 'their names, in the same order')
    .option('--discover', 'take the ONVIF cameras that answer in the network')
    .option('--address <host>', 'take the ONVIF camera or recorder at this address', checked(deviceAddress))
    .option(
      '--user <name>',
      'user of the cameras (password: VIREO_CAMERA_PASSWORD, standard input, or asked for)',
    )
    .option(
      '--closed <hours>',
      'when nobody should be there: 22:00-06:00, never or always',
      checked(parseClosed),
    )
    .option('--time-zone <zone>', 'IANA time zone of the cameras', timeZone)
    .option(
      '--from <file>',
      'the archive of the package of the model, for a machine without a network',
      inputPath,
    )
    .option('--no-install', 'install no model: what moves is watched, unless models/people is there')
    .option('--no-start', 'write the configuration and end')
    .option('--yes', 'ask nothing; take what is usual for what is not given')
    .option('--force', 'replace a configuration that is there already')
    .addOption(jsonOption('progress (stderr), result and alerts as JSON lines'))
    .action(async ({ start, ...options }: Options) => {
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
      const { config, variables, cameras, model, rules } = made
      if (options.json) printLine(JSON.stringify(made))
      else {
        printLine(
          `${config}: ${cameras.length === 1 ? '1 camera' : `${cameras.length} cameras`}, rules ${rules.join(', ')}`,
        )
        if (variables !== null) printLine(`${variables}: the passwords, readable for you alone`)
        if (model === null) printLine('without a model of people: whatever moves is watched')
        if (!start) printLine(`start it with: vireo run --config ${config}`)
        else printLine('watching; alerts are printed here, Ctrl-C ends it\n')
      }
      if (!start) return
      await runLive({ config, json: options.json ?? false, alerts: true })
    })
}

/** Refuses what cannot be read before anything is connected to; the text goes on to where it is asked for as well. */
function checked(read: (text: string) => unknown): (text: string) => string {
  return (text) => {
    read(text)
    return text
  }
}
