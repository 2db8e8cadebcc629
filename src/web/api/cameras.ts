import { computed, signal } from '@preact/signals'
import type { paths } from './api-types.ts'
import { api, dataOf } from './client.ts'

export type CameraEntry =
  paths['/api/v1/cameras']['get']['responses'][200]['content']['application/json']['cameras'][number]

/** The cameras, as last asked. Pages that need their names and groups share them. */
export const cameras = signal<readonly CameraEntry[]>([])

/** Asks for the cameras anew; what was known stays where that fails. */
export async function loadCameras(): Promise<void> {
  try {
    cameras.value = (await dataOf(api.GET('/api/v1/cameras'))).cameras
  } catch {
    // Whoever shows cameras says what is wrong; names in a filter are no reason to.
  }
}

/** Groups and their cameras, in the order of the configuration. */
export const cameraGroups = computed(() => {
  const groups = new Map<string, string[]>()
  for (const { id, config } of cameras.value) {
    const named = (config as { groups?: unknown }).groups
    if (!Array.isArray(named)) continue
    for (const name of named) groups.set(String(name), [...(groups.get(String(name)) ?? []), id])
  }
  return groups as ReadonlyMap<string, readonly string[]>
})
