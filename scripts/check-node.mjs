// Runs before start and test, in plain JavaScript, so that an old node gets a sentence instead of a syntax error.
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 24 || (major === 24 && minor < 10)) {
  console.error(
    `This project needs node 24.10 or newer; this is ${process.version} (${process.execPath}).\n` +
      'npm ci brings a fitting one along (the optional package "node"), used by every npm script. If it is missing, run\n' +
      '  npm ci --include=optional\nor install node 24 from https://nodejs.org.',
  );
  process.exit(1);
}
