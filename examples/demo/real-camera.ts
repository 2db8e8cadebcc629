import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { cacheFolder } from '../../pipelines/model/install-model.ts'
import { findEntry, readCatalogue } from '../../src/catalogue/read-catalogue.ts'
import { runInit } from '../../src/cli/init/run-init.ts'
import { reportError } from '../../src/cli/report-error.ts'
import { runLive } from '../../src/cli/run/run-live.ts'
import { stopSignal } from '../../src/cli/run/stop-signal.ts'
import { prepareMachine, systemTools } from '../../test/support/prepare-machine.ts'

export interface RealCameraOptions {
  readonly camera: readonly string[]
  readonly user: string | undefined
  readonly from: string | undefined
  readonly json: boolean
  /** End after so long; 0: at Ctrl-C. */
  readonly seconds: number
}

/**
 * What `vireo init` does, for somebody who only wants to see it: alerts of a real camera, with the rules of a first
 * configuration. The configuration, footage and events lie in a temporary folder that goes at the end; only the model of
 * people stays, in the cache folder of the user. Sets process.exitCode.
 */
export async function watchRealCamera(options: RealCameraOptions): Promise<void> {
  const { camera, user, from, json, seconds } = options
  const say = (text: string) => process.stderr.write(`${text}\n`)
  const { missing, instruction } = await prepareMachine(['ffmpeg'], say)
  if (missing.length > 0) {
    say(
      `The demo needs ${missing.map((id) => systemTools[id].name).join(' and ')}. Install it, then try again:`,
    )
    say(`  ${instruction}`)
    process.exitCode = 69
    return
  }
  const entry = findEntry(readCatalogue(join(import.meta.dirname, '../../models/catalogue.json')), 'people')
  const stop = stopSignal()
  const folder = await mkdtemp(join(tmpdir(), 'vireo-demo-'))
  try {
    const { config, cameras } = await runInit(
      {
        config: join(folder, 'vireo.yaml'),
        camera,
        closed: 'always',
        install: true,
        yes: true,
        json,
        logLevel: 'error',
        timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
        peopleDir: join(cacheFolder('models'), `people-${entry.version}`),
        ...(user !== undefined && { user }),
        ...(from !== undefined && { from }),
      },
      stop,
    )
    say(
      `Watching ${cameras.map(({ id }) => id).join(', ')}: somebody is there, falls, runs, stays, asks for help. Ctrl-C ends it.`,
    )
    if (seconds > 0) setTimeout(() => process.kill(process.pid, 'SIGINT'), seconds * 1000).unref()
    await runLive({ config, json, alerts: true })
  } catch (thrown) {
    reportError(thrown, json)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
