import { presentFields } from '../core/present-fields.ts'
import type { BehavioursConfig, Line, TimeWindow, Zone } from './schema/behaviour-schema.ts'
import type { CameraConfig, Config } from './schema.ts'

type Path = readonly (string | number)[]
type Parts = {
  readonly cameras: readonly Pick<CameraConfig, 'id' | 'zones' | 'lines'>[]
  readonly behaviours: BehavioursConfig
}

/** The zones and lines of all cameras as one list, each with the cameras that have it. */
export function allPlaces({ cameras, behaviours }: Parts) {
  const zones: Zone[] = [...behaviours.zones]
  const lines: Line[] = [...behaviours.lines]
  const origins: Record<'zones' | 'lines', Path[]> = {
    zones: zones.map((_, at) => ['behaviours', 'zones', at]),
    lines: lines.map((_, at) => ['behaviours', 'lines', at]),
  }
  cameras.forEach((camera, index) => {
    camera.zones?.forEach((zone, at) => {
      zones.push({ ...zone, cameras: [camera.id] })
      origins.zones.push(['cameras', index, 'zones', at])
    })
    camera.lines?.forEach((line, at) => {
      lines.push({ ...line, cameras: [camera.id] })
      origins.lines.push(['cameras', index, 'lines', at])
    })
  })
  return {
    zones,
    lines,
    /** Where in the configuration a path of a problem lies. */
    pathOf([field, at, ...rest]: Path): Path {
      const origin = field === 'zones' || field === 'lines' ? origins[field][Number(at)] : undefined
      return origin
        ? [...origin, ...rest]
        : ['behaviours', field!, ...(at === undefined ? [] : [at]), ...rest]
    },
  }
}

/** Behaviours as one camera has them. */
export interface CameraBehaviours extends Pick<BehavioursConfig, 'timeZone' | 'rules'> {
  readonly cameraId: string
  readonly zones: readonly Zone[]
  readonly lines: readonly Line[]
  readonly armed?: readonly TimeWindow[]
  readonly disarmed?: readonly TimeWindow[]
}

/**
 * What one camera's behaviours are made from: the zones and lines of all, which know their cameras, and its own
 * schedule before that of all.
 */
export function cameraBehaviours(
  config: Pick<Config, 'cameras' | 'behaviours'>,
  cameraId: string,
): CameraBehaviours {
  const { timeZone, rules, armed, disarmed } = config.behaviours
  const camera = config.cameras.find(({ id }) => id === cameraId)
  const { zones, lines } = allPlaces(config)
  return {
    timeZone,
    zones,
    lines,
    rules,
    cameraId,
    ...presentFields({ armed: camera?.armed ?? armed, disarmed: camera?.disarmed ?? disarmed }),
  }
}

/** The part of it that can change what happens on the camera. */
export function ownBehaviours({ zones, lines, rules, ...rest }: CameraBehaviours): CameraBehaviours {
  const isOn = (one: { cameras?: readonly string[] }) => one.cameras?.includes(rest.cameraId) ?? true
  return { ...rest, zones: zones.filter(isOn), lines: lines.filter(isOn), rules: rules.filter(isOn) }
}
