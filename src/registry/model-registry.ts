import { readdir } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { loadBundle } from '../bundle/load-bundle.ts'
import type { Clock } from '../core/clock.ts'
import { AppError } from '../core/errors.ts'
import { isAlive, processIdentity } from '../core/process-identity.ts'
import type { FileGuard } from '../store/file-guard.ts'
import { transaction } from '../store/store-database.ts'
import { createAttendants } from '../store/tables/registry/attendants.ts'
import { createDisagreements, type Disagreements } from '../store/tables/registry/disagreements.ts'
import { createRegistryChanges } from '../store/tables/registry/registry-changes.ts'
import { openRegistryDatabase } from '../store/tables/registry/registry-database.ts'
import type { Lineage } from './lineage.ts'
import { type ModelChange, type ModelState, stateAfter } from './model-state.ts'
import {
  type NewLineage,
  readLineage,
  readVersionFolders,
  removeVersionFolder,
  sweepParts,
  verifyVersionFolder,
  writeVersionFolder,
} from './version-folder.ts'

/** Why something was done, and what is to be remembered with it. */
export interface Reason {
  readonly reason: string
  readonly details?: Readonly<Record<string, unknown>>
}

/** All versions of all models of a data directory, and which of them is live. */
export interface ModelRegistry {
  readonly disagreements: Disagreements
  models(): Promise<string[]>
  /** The newest first. */
  versions(model: string): Promise<Lineage[]>
  /** @throws AppError MODEL_NOT_FOUND */
  lineage(model: string, version: string): Promise<Lineage>
  /** Folder of a version: a bundle. */
  dirOf(model: string, version: string): string
  /** The next free minor version, such as 1.3.0. */
  nextVersion(model: string): Promise<string>
  /**
   * Copies a bundle in, under its own name and version.
   * @throws AppError REGISTRY_EXISTS, STORE_WRITE and what loadBundle throws
   */
  add(
    bundleDir: string,
    lineage: Omit<NewLineage, 'createdMs' | 'createdBy'>,
    files?: Readonly<Record<string, Uint8Array>>,
  ): Promise<Lineage>
  /** Checks every checksum. @throws AppError MODEL_BUNDLE_CORRUPT, MODEL_NOT_FOUND */
  verify(model: string, version: string): Promise<void>
  state(model: string): ModelState
  /** The newest last. */
  history(model: string): ModelChange[]
  /** Makes a version live. @throws AppError MODEL_NOT_FOUND, REGISTRY_STATE */
  promote(model: string, version: string, why: Reason): Promise<ModelState>
  /** Lets whoever runs the model judge the version on live clips first. @throws as promote */
  shadow(model: string, version: string, why: Reason): Promise<ModelState>
  /** Ends the shadow without a promotion. */
  dismiss(model: string, version: string, why: Reason): ModelState
  /**
   * Back to the previous version, or to an earlier one.
   * @param options.from only if this version is live still: somebody may have been faster
   * @throws AppError REGISTRY_STATE
   */
  rollback(model: string, why: Reason, options?: { to?: string; from?: string }): Promise<ModelState>
  /** Removes old versions: live, previous and shadow stay, and the last `keep`. @returns what it removed */
  collect(model: string, keep: number): Promise<string[]>
  /** Says that this process serves the model, until `close` or its end. */
  attend(model: string): void
  /** Whether a running process serves the model. */
  isAttended(model: string): boolean
  /** Calls back within about half a second after any process has changed something. Returns how to stop. */
  watch(changed: () => void): () => void
  close(): void
}

const pollMs = 500

/**
 * Opens the registry of a data directory. Versions are folders that never change; which one is live follows from an
 * append-only history in a database of its own, so that it is whole after a kill at any moment.
 */
export function openModelRegistry(options: {
  dir: string
  clock: Clock
  who?: string
  /** Given by a process that runs for long: the database is read for damage, and its file is looked after. */
  guard?: Pick<FileGuard, 'watch'>
}): ModelRegistry {
  const { dir, clock, who = whoami(), guard } = options
  const database = openRegistryDatabase(dir, { check: guard !== undefined })
  guard?.watch(database)
  const listeners = new Set<() => void>()
  const changes = createRegistryChanges(database)
  const attendants = createAttendants(database)
  const modelDir = (model: string) => join(dir, model)
  const dirOf = (model: string, version: string) => join(dir, model, version)

  const history = (model: string) => changes.of(model) as ModelChange[]
  const state = (model: string) => stateAfter(model, history(model))
  /** Adds a line to the history if `allowed` lets it, asked while no other process can change anything. */
  const change = (
    model: string,
    action: ModelChange['action'],
    { version, why, allowed }: { version: string; why: Reason; allowed: (now: ModelState) => void },
  ): ModelState => {
    transaction(database, () => {
      allowed(state(model))
      const { reason, details = {} } = why
      changes.add({ model, action, version, reason, who, atMs: clock.nowMs(), details })
    })
    for (const listener of listeners) listener()
    return state(model)
  }
  const refuse = (model: string, text: string) =>
    new AppError('REGISTRY_STATE', `model ${model}: ${text}`, { details: { model } })

  const lineage = async (model: string, version: string): Promise<Lineage> => {
    const known = await readVersionFolders(modelDir(model))
    const found = known.find((each) => each.version === version)
    if (found) return readLineage(dirOf(model, found.version))
    const there = known.map((each) => each.version).join(', ') || 'none'
    throw new AppError('MODEL_NOT_FOUND', `model ${model} has no version ${version}; there is ${there}`, {
      details: { model, version },
    })
  }
  const versions = async (model: string) =>
    (await readVersionFolders(modelDir(model))).sort(
      (a, b) => b.createdMs - a.createdMs || compareVersions(b.version, a.version),
    )
  const begin = async (action: 'promote' | 'shadow', model: string, { version, why }: Begin) => {
    await lineage(model, version)
    return change(model, action, {
      version,
      why,
      allowed({ live }) {
        if (live === version) throw refuse(model, `${version} is live already`)
      },
    })
  }

  return {
    disagreements: createDisagreements(database, clock),
    dirOf,
    lineage,
    versions,
    state,
    history,
    async models() {
      const entries = await readdir(dir, { withFileTypes: true })
      return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name)
    },
    async nextVersion(model) {
      const numbers = (await readVersionFolders(modelDir(model))).map(({ version }) => numbersOf(version))
      const [major, minor] = numbers.sort((a, b) => a[0] - b[0] || a[1] - b[1]).at(-1) ?? [1, -1]
      return `${major}.${minor + 1}.0`
    },
    async add(bundleDir, given, files = {}) {
      const loaded = await loadBundle(bundleDir)
      const { name, version } = loaded.bundle
      await sweepParts(modelDir(name))
      return writeVersionFolder({
        target: dirOf(name, version),
        loaded,
        lineage: { ...given, createdMs: clock.nowMs(), createdBy: who },
        files,
      })
    },
    async verify(model, version) {
      await lineage(model, version)
      await verifyVersionFolder(dirOf(model, version))
    },
    promote: (model, version, why) => begin('promote', model, { version, why }),
    shadow: (model, version, why) => begin('shadow', model, { version, why }),
    dismiss: (model, version, why) =>
      change(model, 'dismiss', {
        version,
        why,
        allowed({ shadow }) {
          if (shadow !== version) throw refuse(model, `${version} is not its shadow`)
        },
      }),
    async rollback(model, why, { to, from } = {}) {
      const now = state(model)
      const version = to ?? now.previous
      if (version === null || now.live === null)
        throw refuse(model, 'there is no earlier version to go back to')
      await lineage(model, version)
      return change(model, 'rollback', {
        version,
        why,
        allowed({ live }) {
          if (from !== undefined && live !== from) throw refuse(model, `${from} is not live any more`)
          const after = [...history(model), { action: 'rollback', version } as ModelChange]
          if (live === version || stateAfter(model, after).live !== version)
            throw refuse(model, `${version} was not live before ${live}; promote it instead`)
        },
      })
    },
    async collect(model, keep) {
      await sweepParts(modelDir(model))
      const { live, previous, shadow } = state(model)
      const kept = new Set([live, previous, shadow])
      const old = (await versions(model)).slice(keep).filter(({ version }) => !kept.has(version))
      for (const { version } of old) {
        const now = state(model)
        const why = { reason: `older than the last ${keep}` }
        const allowed = () => {
          if ([now.live, now.previous, now.shadow].includes(version))
            throw refuse(model, `${version} is in use again`)
        }
        change(model, 'remove', { version, why, allowed })
        await removeVersionFolder(dirOf(model, version))
      }
      return old.map(({ version }) => version)
    },
    attend(model) {
      attendants.add(model, processIdentity(), clock.nowMs())
    },
    isAttended: (model) => attendants.of(model).some(isAlive),
    watch(changed) {
      let seen = changes.writtenVersion()
      let cancel = () => {}
      const look = () => {
        const found = changes.writtenVersion()
        if (found !== seen) changed()
        seen = found
        cancel = clock.after(pollMs, look)
      }
      cancel = clock.after(pollMs, look)
      listeners.add(changed)
      return () => {
        listeners.delete(changed)
        cancel()
      }
    },
    close() {
      if (!database.isOpen) return
      attendants.remove(process.pid)
      database.close()
    },
  }
}

interface Begin {
  readonly version: string
  readonly why: Reason
}

function whoami(): string {
  try {
    return userInfo().username
  } catch {
    return `uid ${process.getuid?.() ?? 'unknown'}`
  }
}

function numbersOf(version: string): readonly [number, number] {
  const [major = 0, minor = 0] = version.split(/[-+]/)[0]!.split('.').map(Number)
  return [major, minor]
}

function compareVersions(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true })
}
