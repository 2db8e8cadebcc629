import type { FastifyRequest } from 'fastify'
import { guardCameras, guardRole, type Identity } from './identity.ts'

/** Refuses who may not see the cameras that a request is about; its parts have been checked. @throws AppError API_FORBIDDEN */
export function guardRowCameras(identity: Identity, request: FastifyRequest): void {
  const { camera } = request.routeOptions.config
  if (camera === undefined) return
  const { params, query, body } = request
  guardCameras(identity, camera === 'all' ? null : [camera({ params, query, body }) ?? []].flat())
}

/** Whether a request that was let through would be let through again: for what stays open. It counts as use. */
export function mayStill(request: FastifyRequest): boolean {
  const now = request.recheck()
  const { access } = request.routeOptions.config
  if (!now || access === undefined || access === 'anyone' || access === 'partly') return now !== null
  try {
    guardRole(now, access)
    guardRowCameras(now, request)
    return true
  } catch {
    return false
  }
}
