export interface ErrorClass {
  /** Whether the same call may succeed later without a change by the operator. */
  readonly retry: boolean
  readonly httpStatus: number
  /** Process exit status of a command that fails with this code (sysexits.h where one fits). */
  readonly exitCode: number
  /** One sentence for docs/errors.md: what happened and what to do. */
  readonly summary: string
}
