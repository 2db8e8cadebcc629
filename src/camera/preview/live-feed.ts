import { Subscription } from 'rxjs'
import type { CameraState, CameraStatus } from '../../core/camera-status.ts'
import type { Clock } from '../../core/clock.ts'
import type { Fragment } from '../../core/frame.ts'
import type { CameraSource } from '../source-contract.ts'
import { type InitFacts, readInit } from './init-facts.ts'
import { createLatestGroup } from './latest-group.ts'

/** How a stream stands, for somebody who looks at it. */
export interface FeedState {
  readonly state: CameraState | 'paused' | 'removed'
  /** For people. */
  readonly reason: string
  readonly code: string | null
  readonly sinceMs: number
}

/** Somebody who looks at a stream. */
export interface FeedLooker {
  state(state: FeedState): void
  /** A stream begins, or begins anew: what follows is of it. */
  begin(init: InitFacts & { readonly epoch: number }): void
  media(fragment: Fragment): void
}

/** A stream of a camera, for all who look at it. */
export interface LiveFeed {
  /** Begins with the state and, where there is one, the stream from its last keyframe on. Returns what ends it. */
  look(looker: FeedLooker): () => void
  /**
   * The camera is there, or there anew: with the stream that there is anyway, or null where somebody who looks needs one
   * of its own.
   */
  tap(source: CameraSource | null): void
  /** Why there is no stream at all: the camera is paused or removed, or cannot be connected to. */
  stop(state: 'paused' | 'removed' | 'offline', reason: string): void
  /** Whether what is shown comes from the source given to `tap`, so that its times are those of the analysis. */
  readonly tapped: boolean
  readonly init: Fragment | null
  /** From the last keyframe on. */
  readonly media: readonly Fragment[]
  readonly state: FeedState | null
  close(): Promise<void>
}

/** How long a stream that was begun for somebody goes on without anybody: for one who goes to another page. */
const graceMs = 2000

/**
 * Shares one stream of packets among all who look. The packets that a camera's own process makes for recordings are taken
 * as they are; where it makes none, a connection is begun with the first who looks and ended after the last.
 */
export function createLiveFeed(options: {
  /** Connects once more, for its packets alone; null: it cannot be (any more). */
  readonly openCopy: () => CameraSource | null
  readonly clock: Clock
}): LiveFeed {
  const { openCopy, clock } = options
  const lookers = new Set<FeedLooker>()
  const group = createLatestGroup()
  let facts: (InitFacts & { epoch: number }) | null = null
  let tapped: CameraSource | null = null
  let copy: CameraSource | null = null
  let follows = new Subscription()
  let state: FeedState | null = null
  let cancelGrace = () => {}
  const ending = new Set<Promise<void>>()

  const tell = (next: FeedState) => {
    if (state?.state === next.state && state.reason === next.reason) return
    state = next
    for (const looker of [...lookers]) looker.state(next)
  }
  const take = (fragment: Fragment) => {
    const before = group.init
    if (!group.push(fragment)) return
    if (fragment.kind === 'init') {
      const same = before?.epoch === fragment.epoch && Buffer.compare(before.data, fragment.data) === 0
      if (same) return
      facts = { ...readInit(fragment.data), epoch: fragment.epoch }
      for (const looker of [...lookers]) looker.begin(facts)
    } else for (const looker of [...lookers]) looker.media(fragment)
  }
  const follow = (source: CameraSource) => {
    follows.unsubscribe()
    follows = new Subscription()
    group.clear()
    facts = null
    follows.add(source.fragments$.subscribe(take))
    follows.add(source.status$.subscribe((status) => tell(stateOf(status))))
    // The source says of a codec that no MP4 holds; nothing will come.
    follows.add(
      source.trouble$.subscribe((trouble) => {
        if (trouble?.code === 'MEDIA_UNRECORDABLE' && state)
          tell({ ...state, code: trouble.code, reason: trouble.reason })
      }),
    )
  }
  const endCopy = () => {
    cancelGrace()
    if (!copy) return
    const ended = copy.close().catch(() => {})
    ending.add(ended)
    void ended.then(() => ending.delete(ended))
    copy = null
    if (tapped) return
    follows.unsubscribe()
    group.clear()
    facts = null
    state = null
  }
  const want = () => {
    cancelGrace()
    if (tapped || copy) return
    copy = openCopy()
    if (!copy) return
    follow(copy)
    copy.start()
  }

  return {
    look(looker) {
      want()
      lookers.add(looker)
      if (state) looker.state(state)
      if (facts) {
        looker.begin(facts)
        for (const fragment of group.media) if (lookers.has(looker)) looker.media(fragment)
      }
      return () => {
        if (!lookers.delete(looker) || lookers.size > 0 || !copy) return
        cancelGrace = clock.after(graceMs, endCopy)
      }
    },
    tap(source) {
      if (source !== null && source === tapped) return
      tapped = source
      endCopy()
      if (source) follow(source)
      else {
        follows.unsubscribe()
        group.clear()
        facts = null
        if (lookers.size > 0) want()
      }
    },
    stop(name, reason) {
      tapped = null
      endCopy()
      follows.unsubscribe()
      group.clear()
      facts = null
      tell({ state: name, reason, code: null, sinceMs: clock.nowMs() })
    },
    get tapped() {
      return tapped !== null
    },
    get init() {
      return group.init
    },
    get media() {
      return group.media
    },
    get state() {
      return state
    },
    async close() {
      lookers.clear()
      tapped = null
      endCopy()
      follows.unsubscribe()
      group.clear()
      await Promise.all(ending)
    },
  }
}

const stateOf = ({ state, reason, code, sinceMs }: CameraStatus): FeedState => ({
  state,
  reason,
  code,
  sinceMs,
})
