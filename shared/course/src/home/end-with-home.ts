import process from 'node:process';

// Node loads this file into every lesson that the home starts. The standard input of a lesson
// closes when the home stops the lesson, and also when the home itself has exited for any reason.
// The lesson then shuts down as after Ctrl-C. Processes that the lesson starts inherit Node's
// arguments and therefore load this file too, but the lesson stops them, so nothing happens in
// them.
if (process.ppid === Number(process.env['COURSE_HOME_PID'])) {
  // `unref`, because this listener must not keep the process alive.
  process.stdin.once('end', end).once('error', end).resume().unref();
}

function end(): void {
  // A lesson that does not listen for the signal yet has nothing to clean up.
  if (!process.emit('SIGTERM', 'SIGTERM')) process.exit(0);
}
