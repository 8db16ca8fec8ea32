import process from 'node:process';

// Loaded into every lesson that the home starts, before the lesson. The lesson's input ends when the home hangs up to stop the lesson,
// and also when the home is gone, however it ended: the lesson then ends as it does after Ctrl-C. Processes that the lesson starts
// inherit Node's arguments and so this file; they are the lesson's to end.
if (process.ppid === Number(process.env['COURSE_HOME_PID'])) {
  process.stdin.once('end', end).once('error', end).resume().unref(); // waiting for it alone keeps no lesson alive
}

function end(): void {
  // A lesson that does not listen yet has nothing to clean up.
  if (!process.emit('SIGTERM', 'SIGTERM')) process.exit(0);
}
