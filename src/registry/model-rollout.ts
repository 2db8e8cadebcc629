import type { Bundle } from '../bundle/bundle-schema.ts'
import type { RolloutConfig } from '../config/schema/models-schema.ts'
import type { ModelContract } from '../core/bundle.ts'
import type { Clip, Scores } from '../core/clip.ts'
import type { Clock } from '../core/clock.ts'
import type { Disagreement } from '../core/disagreement.ts'
import { toAppError } from '../core/errors.ts'
import type { Telemetry } from '../core/telemetry-port.ts'
import type { ModelRegistry } from './model-registry.ts'
import { createShadowTally, type Health, healthProblem, percent, type ShadowTally } from './shadow-tally.ts'
import { type WatchBaseline, watchProblem } from './watch-rule.ts'

/** How a version runs: the part of the engine's status that matters here. */
export interface RunStatus {
  readonly failedClips: number
  readonly batches: { readonly count: number; readonly meanClips: number; readonly meanRunMs: number }
}

/** A version of the model that is open beside the live one. */
export interface WaitingVersion {
  readonly bundle: Bundle
  readonly contract: ModelContract
  infer(clip: Clip): Promise<Scores | null>
  status(): RunStatus
  close(): Promise<void>
}

/** One model in the running engine, and the cameras that feed it. */
export interface RolloutTarget<V extends WaitingVersion> {
  live(): { readonly bundle: Bundle; readonly contract: ModelContract; readonly status: RunStatus }
  readonly strideScale: number
  open(path: string): Promise<V>
  swap(version: V): () => Promise<void>
  tap(look: (clip: Clip, answer: Promise<Scores | null>) => void): () => void
  sameGeometry(a: ModelContract, b: ModelContract): boolean
  /** Brings cameras and rules to the labels, thresholds and geometry that are live now. */
  follow(): Promise<void>
}

export interface RolloutOptions<V extends WaitingVersion> {
  /** Name in the configuration, and in the registry. */
  readonly model: string
  readonly registered: string
  readonly rollout: RolloutConfig
  readonly registry: ModelRegistry
  readonly target: RolloutTarget<V>
  /** Told at once when the shadow thinks otherwise of a live clip; must not throw. */
  readonly onDisagreement?: (found: Disagreement) => void
  readonly clock: Clock
  readonly telemetry: Telemetry
}

export interface ModelRollout {
  /** Brings the engine to what the registry says. Calls wait for each other; never rejects. */
  reconcile(): Promise<void>
  /** An alert began. */
  alerted(): void
  close(): Promise<void>
}

const lookEveryMs = 1000
/** So long the alerts of a version are counted before its rate means anything. */
const leastBaselineMs = 10_000

interface Shadow<V> {
  readonly version: string
  readonly opened: V
  readonly tally: ShadowTally
  offered: number
  /** Clips that the shadow has scored, by camera: a stream must be warm for each before it takes over. */
  readonly seen: Map<string, number>
  readonly found: Disagreement[]
  judged: boolean
  stop(): void
}

/**
 * Follows the registry with one model of the running engine: a version that is to be live is opened beside the live
 * one, judges the same clips unheard, takes over at a clip boundary, and is watched; what goes wrong is rolled back.
 */
export function createModelRollout<V extends WaitingVersion>(options: RolloutOptions<V>): ModelRollout {
  const { model, registered, rollout, registry, target, clock, telemetry } = options
  const { log } = telemetry
  let shadow: Shadow<V> | null = null
  let watch: { version: string; untilMs: number; sinceMs: number; before: WatchBaseline } | null = null
  let alerts = { count: 0, sinceMs: clock.monoMs() }
  let offered = 0
  /** Faults of the live version before it was live. */
  let oldFaults = 0
  /** Versions that could not be opened: not tried again in this process. */
  const broken = new Set<string>()
  const stopCounting = target.tap(() => {
    offered += 1
  })
  const serving = () => target.live().bundle.version
  const outcome = (name: string) => telemetry.count('vireo_model_rollouts_total', { model, outcome: name })
  const healthOf = (status: RunStatus, clips: number): Health => ({
    clips,
    failed: status.failedClips,
    msPerClip: status.batches.count === 0 ? null : status.batches.meanRunMs / status.batches.meanClips,
  })
  const liveHealth = (): Health => {
    const health = healthOf(target.live().status, offered)
    return { ...health, failed: health.failed - oldFaults }
  }
  const baseline = (): WatchBaseline => {
    const elapsedMs = clock.monoMs() - alerts.sinceMs
    return {
      msPerClip: liveHealth().msPerClip,
      alertsPerHour: elapsedMs < leastBaselineMs ? null : (alerts.count * 3_600_000) / elapsedMs,
    }
  }

  const beginShadow = async (version: string) => {
    await endShadow()
    const opened = await target.open(registry.dirOf(registered, version))
    const live = target.live()
    if (rollout.shadowClips === 0 || !target.sameGeometry(live.contract, opened.contract)) {
      await opened.close()
      const reason =
        rollout.shadowClips === 0
          ? 'no shadow is configured'
          : 'it looks at other clips than the live version'
      await registry.promote(registered, version, {
        reason: `not shadowed: ${reason}`,
        details: { watch: baseline() },
      })
      return
    }
    const current: Shadow<V> = {
      version,
      opened,
      tally: createShadowTally({ live: live.bundle, shadow: opened.bundle }),
      offered: 0,
      seen: new Map(),
      found: [],
      judged: false,
      stop: target.tap((clip, answer) => void compare(current, clip, answer)),
    }
    shadow = current
    log.info({ model, version, clips: rollout.shadowClips }, 'a new version judges live clips unheard')
  }
  const endShadow = async () => {
    const ended = shadow
    shadow = null
    if (!ended) return
    ended.stop()
    keepDisagreements(ended)
    await ended.opened.close()
  }
  const keepDisagreements = ({ found }: Shadow<V>) => registry.disagreements.add(model, found.splice(0))

  const compare = async (current: Shadow<V>, clip: Clip, answer: Promise<Scores | null>) => {
    // A stream must see every clip; other models leave the cores to the live version when they are short.
    if (target.strideScale > 1 && current.opened.contract.kind !== 'stream') {
      current.tally.skip()
      telemetry.count('vireo_model_shadow_clips_total', { model, result: 'skipped' })
      return
    }
    current.offered += 1
    const [live, own] = await Promise.all([answer, current.opened.infer(clip)]).catch(() => [null, null])
    if (shadow !== current) return
    if (live && own) {
      const disagreement = current.tally.add(clip, live, own)
      if (disagreement) {
        current.found.push(disagreement)
        options.onDisagreement?.(disagreement)
      }
      telemetry.count('vireo_model_shadow_clips_total', {
        model,
        result: disagreement ? 'differs' : 'agrees',
      })
      if (current.found.length >= 50) keepDisagreements(current)
    }
    if (own) current.seen.set(clip.cameraId, (current.seen.get(clip.cameraId) ?? 0) + 1)
    else if (!current.seen.has(clip.cameraId)) current.seen.set(clip.cameraId, 0)
    await judge(current)
  }
  const judge = async (current: Shadow<V>) => {
    const summary = current.tally.summary()
    const health = healthOf(current.opened.status(), current.offered)
    const problem = healthProblem(health, liveHealth(), rollout)
    // A stream gives no scores while it warms up: one that it gave shows that the camera is warm.
    const cold = [...current.seen.values()].some((count) => count === 0)
    if (problem === null && (summary.clips < rollout.shadowClips || cold)) return
    if (current.judged) return
    current.judged = true
    const details = { ...summary, ...health, watch: baseline() }
    const { version } = current
    const low = summary.agreement < rollout.minAgreement
    const agreed = `agreed on ${percent(summary.agreement)} of ${summary.clips} live clips`
    current.stop()
    try {
      if (problem !== null || low) {
        const reason = problem ?? `${agreed}, less than ${percent(rollout.minAgreement)}`
        registry.dismiss(registered, version, { reason, details })
        outcome('dismissed')
        log.warn({ model, version, ...summary }, `the new version is not used: ${reason}`)
      } else await registry.promote(registered, version, { reason: agreed, details })
    } catch (thrown) {
      log.warn(
        { model, version, err: thrown },
        'the registry was changed while the version was in the shadow',
      )
      void rolloutOf.reconcile()
    }
  }

  const takeOver = async (version: string) => {
    const before = baseline()
    const former = serving()
    const ready = shadow?.version === version ? shadow : null
    const opened = ready ? ready.opened : await target.open(registry.dirOf(registered, version))
    if (ready) {
      shadow = null
      ready.stop()
      keepDisagreements(ready)
    } else await endShadow()
    const retire = target.swap(opened)
    alerts = { count: 0, sinceMs: clock.monoMs() }
    offered = 0
    oldFaults = opened.status().failedClips
    telemetry.gauge('vireo_model_live', { model, version: former }, 0)
    telemetry.gauge('vireo_model_live', { model, version }, 1)
    log.info({ model, version, former }, 'another version of the model is live')
    await target.follow()
    await retire()
    beginWatch(version, before)
  }
  /** Watches what was promoted, not what a rollback brought back. */
  const beginWatch = (version: string, before: WatchBaseline) => {
    watch = null
    const last = registry
      .history(registered)
      .findLast(({ action }) => action === 'promote' || action === 'rollback')
    const { previous } = registry.state(registered)
    if (last?.action !== 'promote' || last.version !== version || previous === null) return
    const leftMs = last.atMs + rollout.watchMs - clock.nowMs()
    if (leftMs <= 0) return
    const known = last.details.watch as WatchBaseline | undefined
    const sinceMs = clock.monoMs()
    watch = { version, sinceMs, untilMs: sinceMs + leftMs, before: known ?? before }
  }
  const goBack = async (version: string, reason: string, details: Record<string, unknown> = {}) => {
    watch = null
    outcome('rolled_back')
    log.error({ model, version, ...details }, `the version is rolled back: ${reason}`)
    await registry.rollback(registered, { reason, details }, { from: version })
  }

  const step = async (): Promise<void> => {
    const wanted = registry.state(registered)
    if (wanted.live !== null && wanted.live !== serving() && !broken.has(wanted.live)) {
      const version = wanted.live
      try {
        await takeOver(version)
        outcome('taken_over')
      } catch (thrown) {
        broken.add(version)
        const { code, message } = toAppError(thrown)
        if (wanted.previous !== null) await goBack(version, `it cannot be used: ${code}: ${message}`)
        else throw thrown
      }
      return step()
    }
    if (wanted.shadow === null) return endShadow()
    if (wanted.shadow === shadow?.version) return
    const version = wanted.shadow
    try {
      await beginShadow(version)
    } catch (thrown) {
      const { code, message } = toAppError(thrown)
      registry.dismiss(registered, version, { reason: `it cannot be used: ${code}: ${message}` })
      outcome('dismissed')
      log.error({ model, version, code }, `the new version cannot be used: ${message}`)
    }
  }
  const look = () => {
    cancelLook = clock.after(lookEveryMs, look)
    if (shadow && shadow.found.length > 0) keepDisagreements(shadow)
    if (!watch) return
    const { version, untilMs, sinceMs, before } = watch
    if (clock.monoMs() >= untilMs) {
      watch = null
      log.info({ model, version }, 'the new version is watched no more')
      return
    }
    const elapsedMs = clock.monoMs() - sinceMs
    const now = { ...liveHealth(), elapsedMs, alerts: alerts.count }
    const problem = watchProblem(now, before, rollout)
    if (problem !== null)
      goBack(version, problem, { now, before }).catch((thrown) =>
        log.warn({ model, version, err: thrown }, 'the version could not be rolled back'),
      )
  }

  let queue: Promise<void> = Promise.resolve()
  let closed = false
  let cancelLook = clock.after(lookEveryMs, look)
  telemetry.gauge('vireo_model_live', { model, version: serving() }, 1)
  beginWatch(serving(), baseline())

  const rolloutOf: ModelRollout = {
    reconcile() {
      queue = queue
        .then(() => (closed ? undefined : step()))
        .catch((thrown) => log.error({ model, err: thrown }, 'the model stays as it is'))
      return queue
    },
    alerted() {
      alerts.count += 1
    },
    async close() {
      closed = true
      cancelLook()
      stopCounting()
      await queue
      await endShadow()
    },
  }
  return rolloutOf
}
