/** What these examples use of an alert; all of it is in vireo/schema/alert.schema.json. */
interface Alert {
  readonly phase: 'new' | 'update' | 'end'
  readonly cameraId: string
  readonly label: string
  readonly score: number
  readonly startedAt: string
  readonly lastAt: string
  readonly endReason: string | null
}

/** An event as it came, whatever brought it. */
export interface ReceivedEvent {
  /** The CloudEvents id. Delivery is at least once; the same event always has the same id. */
  readonly id: string
  readonly type: string
  /** It was sent before and may be old: right for a log, wrong for a siren. */
  readonly replay: boolean
  readonly data: unknown
}

/**
 * Prints one line for each alert event that was not seen before. The last `remember` ids are kept, so memory is
 * bounded; a receiver whose effect must happen exactly once stores the id together with the effect instead.
 * An event that is no alert goes to standard error and is passed over: it must not stop those behind it.
 */
export function createAlertReader(remember = 10_000): (event: ReceivedEvent) => void {
  const seen = new Set<string>()

  return ({ id, type, replay, data }) => {
    if (seen.has(id)) return
    if (isAlert(type, data)) console.log(describe(data) + (replay ? ' [history]' : ''))
    else console.error(`passed over: event ${id} of type ${type}`)
    // Remembered last: what could not be handled comes again.
    seen.add(id)
    for (const oldest of seen) {
      if (seen.size <= remember) break
      seen.delete(oldest)
    }
  }
}

/** `vireo.alert.<phase>.v1`: a later version would be another shape. */
function isAlert(type: string, data: unknown): data is Alert {
  return (
    /^vireo\.alert\.(new|update|end)\.v1$/.test(type) && typeof (data as Alert | null)?.score === 'number'
  )
}

function describe({ phase, cameraId, label, score, startedAt, lastAt, endReason }: Alert): string {
  const line = `${lastAt} ${cameraId} ${phase} ${label} ${score.toFixed(2)}`
  switch (phase) {
    case 'new': // Open a ticket, ring the bell.
      return line
    case 'update': // It goes on; the score is the highest so far.
      return line
    case 'end': // Close the ticket.
      return `${line} after ${((Date.parse(lastAt) - Date.parse(startedAt)) / 1000).toFixed(1)} s, ${endReason}`
  }
}

/** Message bytes as JSON; undefined when they are none. */
export function readJson(bytes: Buffer | null | undefined): unknown {
  try {
    return JSON.parse(String(bytes))
  } catch {
    return undefined
  }
}
