import { type Role, roles } from '../../core/access/role.ts'
import { AppError } from '../../core/errors.ts'

/** Who makes a request. The guard sets it before anything else looks at a request. */
export interface Identity {
  /** Of the user or the token. It is noted as who did something. */
  readonly name: string
  readonly role: Role
  /** Cameras that may be seen; null: all. */
  readonly cameras: readonly string[] | null
  readonly via: 'session' | 'token' | 'loopback'
}

export const hasRole = (identity: Identity, least: Role): boolean =>
  roles.indexOf(identity.role) >= roles.indexOf(least)

/** @throws AppError API_FORBIDDEN */
export function guardRole(identity: Identity, least: Role): void {
  if (hasRole(identity, least)) return
  throw new AppError(
    'API_FORBIDDEN',
    `this needs the role ${least}; "${identity.name}" has the role ${identity.role}`,
  )
}

/** Whether somebody may see a camera, or (null) what is of all of them: what lists are filtered by. */
export const mayLook = ({ cameras }: Pick<Identity, 'cameras'>, cameraId: string | null): boolean =>
  cameras === null || (cameraId !== null && cameras.includes(cameraId))

/**
 * Refuses who may not see what a request is about.
 *
 * @param asked cameras; null: it shows every camera at once
 * @throws AppError API_FORBIDDEN
 */
export function guardCameras(identity: Identity, asked: readonly string[] | null): void {
  const seen = asked ? asked.every((camera) => mayLook(identity, camera)) : identity.cameras === null
  if (seen) return
  throw new AppError(
    'API_FORBIDDEN',
    asked
      ? `"${identity.name}" may not see this camera; an admin can allow it`
      : `"${identity.name}" may see some cameras only, and this shows all of them`,
  )
}
