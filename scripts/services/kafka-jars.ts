/** The Kafka server's jars from Maven Central, fetched once into the user's cache. */
import { execFile, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findProgram } from './programs.ts';
import { ServiceMissingError } from './service.ts';

/** Runs on Java 17; the version that Strimzi deploys by default at the time of writing. */
export const KAFKA_VERSION = '4.3.1';
/** Kafka's own log4j: without a binding for slf4j a broker that fails would say nothing. */
const LOG4J_VERSION = '2.25.4';
const JAVA_MIN = 17;
const DOWNLOAD_TIMEOUT_MS = 300_000;

const INSTALL_JAVA = 'Kafka needs Java 17 or newer: `apt-get install openjdk-17-jre-headless` on Debian, `brew install openjdk` on macOS.';
const INSTALL_MAVEN = 'Maven fetches Kafka, once: `apt-get install maven` on Debian, `brew install maven` on macOS.';

export function findJava(): string {
  const home = process.env['JAVA_HOME'];
  const java = findProgram('java', INSTALL_JAVA, [...(home ? [join(home, 'bin')] : []), '/opt/homebrew/opt/openjdk/bin', '/usr/local/opt/openjdk/bin']);
  const said = spawnSync(java, ['-version']).stderr?.toString() ?? '';
  const version = Number(/version "(\d+)/.exec(said)?.[1] ?? Number.NaN);
  if (!(version >= JAVA_MIN)) throw new ServiceMissingError(`${java} is too old or does not work (${said.split('\n')[0] ?? ''}). ${INSTALL_JAVA}`);
  return java;
}

/** The folder with the jars. Rejects with ServiceMissingError where they are not there and cannot be fetched. */
export async function kafkaJars(): Promise<string> {
  const folder = join(cacheFolder(), `kafka-${KAFKA_VERSION}`);
  if (!existsSync(folder)) await download(folder);
  return folder;
}

function cacheFolder(): string {
  const base = process.platform === 'darwin' ? join(homedir(), 'Library', 'Caches') : process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache');
  return join(base, 'lead-intelligence');
}

/** Into a folder beside it, then renamed: a half download is never taken for a whole one, and two at once do no harm. */
async function download(folder: string): Promise<void> {
  const maven = findProgram('mvn', INSTALL_MAVEN);
  mkdirSync(cacheFolder(), { recursive: true });
  const work = mkdtempSync(join(cacheFolder(), 'kafka-download-'));
  try {
    writeFileSync(join(work, 'pom.xml'), POM);
    const goal = ['-B', '-q', 'dependency:copy-dependencies', '-DincludeScope=runtime', '-DoutputDirectory=jars'];
    await promisify(execFile)(maven, goal, { cwd: work, timeout: DOWNLOAD_TIMEOUT_MS, maxBuffer: 16 * 1024 * 1024 });
    if (!existsSync(folder)) renameSync(join(work, 'jars'), folder);
  } catch (error) {
    if (existsSync(folder)) return;
    throw new ServiceMissingError(`Kafka ${KAFKA_VERSION} could not be fetched by Maven: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

const dependency = (group: string, artifact: string, version: string): string =>
  `<dependency><groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>${version}</version></dependency>`;

const POM = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>local</groupId><artifactId>kafka-server</artifactId><version>1</version><packaging>pom</packaging>
  <dependencies>
    ${dependency('org.apache.kafka', 'kafka_2.13', KAFKA_VERSION)}
    ${dependency('org.apache.logging.log4j', 'log4j-slf4j-impl', LOG4J_VERSION)}
  </dependencies>
</project>
`;
