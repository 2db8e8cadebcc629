import type { ErrorClass } from './error-class.ts'

/** The errors of what lies on the disk: a part of the table of all of them. */
export const storeErrors = {
  STORE_OPEN: {
    retry: false,
    httpStatus: 500,
    exitCode: 73,
    summary: 'The data directory or its database cannot be opened. Check the path and its permissions.',
  },
  STORE_WRITE: {
    retry: true,
    httpStatus: 503,
    exitCode: 74,
    summary: 'The database could not be written (disk full, read-only). Nothing accepted earlier is lost.',
  },
  STORE_VERSION: {
    retry: false,
    httpStatus: 500,
    exitCode: 65,
    summary:
      'The database was written by a newer version of Vireo. Use that version or another data directory.',
  },
  STORE_DAMAGED: {
    retry: false,
    httpStatus: 500,
    exitCode: 65,
    summary:
      'A database is damaged: it cannot be read, or lacks a part. The message names the file. Put the backup in its place; without one move the file away and keep it.',
  },
  STORE_GONE: {
    retry: true,
    httpStatus: 503,
    exitCode: 75,
    summary:
      'The data directory or a database in it was removed, replaced, unmounted or made read-only while Vireo runs. Bring it back within half a minute; after that Vireo ends, so that it is started on what is there.',
  },
  STORE_LOCKED: {
    retry: true,
    httpStatus: 503,
    exitCode: 75,
    summary: 'Another Vireo process uses this data directory.',
  },
  STORE_CLOCK: {
    retry: true,
    httpStatus: 503,
    exitCode: 75,
    summary:
      'The clock of the machine moved by more than a day otherwise than time. Nothing is removed by that clock for an hour, or until "vireo retention sweep" says that it is right.',
  },
  STORE_CLIP: {
    retry: true,
    httpStatus: 503,
    exitCode: 74,
    summary:
      'A clip could not be written or finished (disk full, read-only, too slow). What was written is kept and finished at the next start.',
  },
  STORE_FILE: {
    retry: true,
    httpStatus: 503,
    exitCode: 74,
    summary:
      'A file could not be read or written (disk full, read-only, no right to, another kind of file). The message names it; the recordings are as they were.',
  },
} as const satisfies Record<string, ErrorClass>
