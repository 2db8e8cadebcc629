const passedVariables =
  /^(PATH|HOME|LANG|LC_ALL|TMPDIR|XDG_RUNTIME_DIR|LD_LIBRARY_PATH|LIBVA_.*|CUDA_.*|NVIDIA_.*|SSL_CERT_.*)$/

/** The environment without anything but what ffmpeg and its drivers need: variables may hold passwords. */
export function childEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => passedVariables.test(name)))
}
