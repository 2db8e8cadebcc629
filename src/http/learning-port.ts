import type { CurvePoint, Mistake } from './review-port.ts'

/** Learning, its runs and versions as the REST API sees them; the pipelines implement it. */
export interface LearningPort {
  /** What learns now, or learned last; null: nothing ever did. */
  job(): LearningJob | null
  /** What a run can be of, and why none can be started. */
  choices(): Promise<StartChoices>
  /** The newest first. */
  runs(query: { readonly limit: number; readonly cursor?: string }): Promise<RunPage>
  /** @throws AppError API_NOT_FOUND */
  run(id: string): Promise<RunDetail>
  /** Path of a picture or of the report of a run. @throws AppError API_NOT_FOUND */
  runFile(id: string, name: RunFile): Promise<string>
  /** Begins a run in a process of its own. @throws AppError TRAIN_BUSY, TRAIN_PLAN, API_BAD_REQUEST */
  start(wish: RunWish, who: string): Promise<LearningJob>
  /** Goes on with a run that was stopped. @throws as start, API_NOT_FOUND */
  goOn(id: string, who: string): Promise<LearningJob>
  /** @throws AppError API_BAD_REQUEST when nothing learns */
  pause(who: string): LearningJob
  unpause(who: string): LearningJob
  /** Ends it after a checkpoint: it can go on later. */
  stop(who: string): Promise<LearningJob>
  models(): Promise<readonly ModelEntry[]>
  /** @throws AppError API_NOT_FOUND */
  model(name: string): Promise<ModelDetail>
  /** @throws AppError MODEL_NOT_FOUND, REGISTRY_STATE */
  promote(name: string, wish: PromoteWish): Promise<ModelDetail>
  rollback(name: string, wish: RollbackWish): Promise<ModelDetail>
  dismiss(name: string, wish: Omit<PromoteWish, 'now'>): Promise<ModelDetail>
  disagreements(
    name: string,
    query: { readonly limit: number; readonly cursor?: string },
  ): Promise<DisagreementPage>
}

export interface StartChoices {
  /** Names of models that new versions can be made of, the usual one first; never empty. */
  readonly models: readonly string[]
  /** The model of the section `learning`; null: the configuration has none. */
  readonly settings: string | null
  /** Whether the datasets that the section names are there. */
  readonly ready: boolean
  /** What to add to the configuration where the section is missing. */
  readonly lines: string | null
  /** no_file: this process has no configuration file; no_footage: nothing was judged, and there is no dataset. */
  readonly refused: 'no_file' | 'no_footage' | null
}

/** The report, or the number of a picture that pretraining painted in. */
export type RunFile = 'report' | '0' | '1' | '2'

export interface LearningJob {
  readonly state: 'running' | 'paused' | 'ended'
  readonly model: string
  readonly run: string | null
  readonly who: string
  readonly startedAt: string
  readonly at: string
  readonly phase: string | null
  readonly done: number
  readonly total: number
  readonly loss: number | null
  readonly etaS: number | null
  /** Why it waits. */
  readonly paused: 'busy' | 'hand' | null
  readonly notice: string | null
  /** What came of it, or why it ended. */
  readonly ended: { readonly code: string | null; readonly message: string } | null
}

export type RunResult = 'live' | 'shadow' | 'registered' | 'refused'

export interface RunEntry {
  readonly id: string
  readonly model: string
  /** The version that it makes. */
  readonly version: string | null
  /** stopped: it can go on; compared: it only tried a way to learn. */
  readonly state: 'running' | 'paused' | 'stopped' | 'done' | 'compared'
  readonly result: RunResult | null
  readonly startedAt: string
  readonly finishedAt: string | null
  /** The live version when it began. */
  readonly champion: string | null
  readonly clips: number | null
  readonly accuracy: number | null
  readonly macroF1: number | null
  readonly gain: number | null
}

export interface RunPage {
  readonly runs: readonly RunEntry[]
  readonly next: string | null
}

export interface TrainingCurve {
  readonly steps: readonly { readonly step: number; readonly loss: number; readonly rate: number | null }[]
  readonly epochs: readonly {
    readonly step: number
    readonly validationLoss: number | null
    readonly accuracy: number | null
  }[]
}

export interface RunDetail extends RunEntry {
  readonly steps: readonly { readonly name: string; readonly doneAt: string }[]
  readonly settings: Readonly<Record<string, unknown>> | null
  readonly curves: {
    readonly pretrain: readonly {
      readonly step: number
      readonly masked: number | null
      readonly next: number | null
    }[]
    readonly finetune: TrainingCurve
  }
  /** Paths of this API. */
  readonly pictures: readonly string[]
  readonly report: string | null
  readonly judged: JudgedRun | null
}

interface Side {
  readonly name: string
  readonly accuracy: number
  readonly macroF1: number
  readonly items: number
  readonly groups: number
  readonly perClass: readonly {
    readonly label: string
    readonly support: number
    readonly said: number
    readonly precision: number | null
    readonly recall: number | null
    readonly f1: number | null
  }[]
  readonly confusion: readonly (readonly number[])[]
  readonly calibrationError: number | null
  readonly falseAlarmsPerCameraDay: number | null
  readonly latencyP95Ms: number | null
}

interface Difference {
  readonly champion: number
  readonly challenger: number
  readonly difference: number
  readonly low: number
  readonly high: number
  readonly confidence: number
}

interface Changes {
  readonly count: number
  readonly first: readonly {
    readonly id: string
    readonly group: string
    readonly truth: string
    readonly champion: string
    readonly challenger: string
  }[]
}

export interface JudgedRun {
  readonly labels: readonly string[]
  readonly clips: number
  readonly datasets: readonly string[]
  readonly challenger: Side
  readonly champion: Side
  readonly accuracy: Difference
  readonly macroF1: Difference
  readonly pValue: number
  readonly stillRight: number
  readonly fixed: Changes
  readonly broken: Changes
  readonly stillWrong: Changes
  readonly corrected: { readonly clips: number; readonly rightBefore: number; readonly rightNow: number }
  readonly mistakes: readonly Omit<Mistake, 'inQueue'>[]
  readonly promote: boolean
  readonly reasons: readonly {
    readonly rule: string
    readonly measured: number | null
    readonly limit: number | null
    readonly holds: boolean
    readonly text: string
  }[]
}

export interface RunWish {
  /**
   * finetune: from the live version, without pretraining; pretrain: with it, as the settings say; teach: compares the
   * ways to learn that are there.
   */
  readonly what: 'finetune' | 'pretrain' | 'teach'
  /** Of the registry; that of the settings unless given. */
  readonly model?: string
  /** Dataset versions to learn from, such as site@3; those of the settings unless given. */
  readonly datasets?: readonly string[]
  /** Settings of learning that count instead of those of the configuration. */
  readonly plan?: Readonly<Record<string, unknown>>
}

export interface PromoteWish {
  readonly version: string
  readonly reason?: string
  /** Without a shadow, also where a running Vireo serves the model. */
  readonly now?: boolean
  readonly who: string
}

export interface RollbackWish {
  readonly to?: string
  readonly reason?: string
  readonly who: string
}

export interface ModelEntry {
  readonly name: string
  /** Of the registry: which version is what. Null for a model that lies in a folder. */
  readonly live: string | null
  readonly previous: string | null
  readonly shadow: string | null
  readonly versions: number
  /** Whether this process serves it. */
  readonly serves: boolean
  /** Whether new versions of it are learned by the settings. */
  readonly learned: boolean
}

export interface VersionEntry {
  readonly version: string
  readonly parent: string | null
  readonly createdAt: string
  readonly createdBy: string
  readonly dataset: string | null
  readonly datasets: readonly string[]
  readonly seed: number | null
  readonly code: string
  readonly command: string
  readonly run: string | null
  readonly metrics: Readonly<Record<string, number>>
}

export interface ModelDetail extends ModelEntry {
  /** The newest first. */
  readonly lineage: readonly VersionEntry[]
  /** The newest first. */
  readonly history: readonly {
    readonly at: string
    readonly action: string
    readonly version: string
    readonly who: string
    readonly reason: string
    readonly details: Readonly<Record<string, unknown>>
  }[]
  readonly curve: readonly CurvePoint[]
}

export interface DisagreementPage {
  readonly items: readonly {
    readonly at: string
    readonly cameraId: string
    readonly label: string
    readonly liveVersion: string
    readonly shadowVersion: string
    readonly liveScore: number
    readonly shadowScore: number
    readonly liveLabels: readonly string[]
    readonly shadowLabels: readonly string[]
    readonly startedAt: string
  }[]
  readonly next: string | null
}
