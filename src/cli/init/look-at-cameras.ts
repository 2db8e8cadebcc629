import { addressProblem, encoded, splitAddress } from '../../config/camera-login.ts'
import { AppError, toAppError } from '../../core/errors.ts'
import type { CameraDraft, SeenCamera } from './camera-draft.ts'
import { type Finder, passwordVariable } from './find-cameras.ts'
import { lookAtCamera, seenText } from './look-at-camera.ts'

/**
 * Connects to every camera. One that cannot be reached is asked about at a terminal: another password or address, or
 * left out.
 *
 * @throws AppError with the code of the first camera that cannot be reached, where nobody can be asked
 */
export async function lookAtCameras(drafts: readonly CameraDraft[], finder: Finder): Promise<SeenCamera[]> {
  const { say, passwords } = finder
  say(`Connecting to ${drafts.map(({ id }) => id).join(', ')}…`)
  const looks = await Promise.allSettled(drafts.map((draft) => lookAtCamera(draft, passwords)))
  const seen: SeenCamera[] = []
  for (const [at, look] of looks.entries()) {
    const draft = drafts[at]!
    const camera =
      look.status === 'fulfilled' ? look.value : await again(draft, toAppError(look.reason), finder)
    if (!camera) continue
    say(`  ${camera.id}: ${seenText(camera.probe)}`)
    seen.push(camera)
  }
  if (seen.length === 0) throw new AppError('CAMERA_NOT_FOUND', 'no camera is left to watch')
  return seen
}

async function again(draft: CameraDraft, first: AppError, finder: Finder): Promise<SeenCamera | null> {
  const { ask, say, passwords } = finder
  const refused = (error: AppError) => error.code === 'CAMERA_UNAUTHORIZED'
  let error = first
  let camera = draft
  for (;;) {
    if (!ask || error.code === 'BUG_UNEXPECTED' || error.code === 'MEDIA_FFMPEG_MISSING')
      throw told(camera, error)
    say(`  ${camera.id}: ${error.message}`)
    if (refused(error)) {
      const user = await ask.text(
        `User of ${camera.id}`,
        camera.user === null ? 'admin' : decodeURIComponent(camera.user),
      )
      const secret = await ask.secret(`Password of ${user}`)
      const variable = variableOf(camera.id, passwords.has(passwordVariable))
      passwords.set(variable, encoded(secret))
      camera = { ...camera, user: encoded(user), variable }
    } else {
      const text = await ask.text(
        `Another address of ${camera.id}, "skip" to leave it out, or Enter to try again`,
      )
      if (text === 'skip') return null
      const problem = text === '' ? null : addressProblem(text)
      if (problem) say(`That address ${problem}.`)
      else if (text !== '') camera = readdressed(camera, text, passwords)
    }
    try {
      return await lookAtCamera(camera, passwords)
    } catch (thrown) {
      error = toAppError(thrown)
    }
  }
}

function readdressed(camera: CameraDraft, text: string, passwords: Finder['passwords']): CameraDraft {
  const { mainUrl: _former, ...kept } = camera
  const { url, user, password, variable: named } = splitAddress(text)
  if (user === null) return { ...kept, url }
  const variable = named ?? variableOf(camera.id, passwords.has(passwordVariable))
  if (password !== null) passwords.set(variable, password)
  return { ...kept, url, user, variable: passwords.has(variable) ? variable : camera.variable }
}

/** Its own variable where the other cameras have theirs. */
function variableOf(id: string, taken: boolean): string {
  return taken
    ? `${id
        .toUpperCase()
        .replaceAll('-', '_')
        .replace(/^(?=\d)/, 'CAMERA_')}_PASSWORD`
    : passwordVariable
}

function told({ id, user }: CameraDraft, error: AppError): AppError {
  const hint = error.code === 'CAMERA_UNAUTHORIZED' && user === null ? '; give its user with --user' : ''
  return new AppError(error.code, `camera ${id}: ${error.message}${hint}`, { cause: error })
}
