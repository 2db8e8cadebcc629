/** Work on recordings that takes a while: it is begun, asked for, and fetched. */
export interface ExportPort {
  /** Copies a time of some cameras into files. @throws AppError API_BUSY */
  startExport(wish: ExportWish): FootageJob
  /** Looks for motion in a part of the picture. @throws AppError API_BUSY */
  startSearch(wish: SearchWish): FootageJob
  /** @throws AppError API_NOT_FOUND */
  job(id: string): FootageJob
  /** The newest first. */
  jobs(): readonly FootageJob[]
  /** Ends it and takes away its file. @throws AppError API_NOT_FOUND */
  dropJob(id: string): void
  /** @throws AppError API_NOT_FOUND while there is none */
  jobFile(id: string): {
    readonly path: string
    readonly type: string
    readonly etag: string
    readonly fileName: string
  }
}

export interface ExportWish {
  readonly cameras: readonly string[]
  readonly fromMs: number
  readonly toMs: number
  /** Whether the time of day is in the picture, in subtitles, or nowhere. */
  readonly time: 'none' | 'subtitles' | 'burned'
}

export interface SearchWish {
  readonly camera: string
  readonly fromMs: number
  readonly toMs: number
  /** In shares of the picture. */
  readonly area: Area
}

export interface Area {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

export interface FootageJob {
  readonly id: string
  readonly kind: 'export' | 'search'
  readonly cameras: readonly string[]
  readonly from: string
  readonly to: string
  readonly state: 'waiting' | 'running' | 'done' | 'failed'
  /** 0–1. */
  readonly progress: number
  readonly problem: { readonly code: string; readonly message: string } | null
  /** Of an export that is done. */
  readonly file: { readonly name: string; readonly bytes: number } | null
  /** Of a search, as they are found. */
  readonly hits: readonly { readonly from: string; readonly to: string; readonly motion: number }[]
}
