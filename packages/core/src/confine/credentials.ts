/** Files and directories below a home with which programs log in elsewhere; the name of each program is in the path. */
export const homeCredentials = [
  // Keys and passwords
  '.ssh',
  '.gnupg',
  '.netrc',
  '.authinfo',
  '.password-store',
  '.pgpass',
  '.my.cnf',
  '.vault-token',
  '.local/share/keyrings',
  '.local/share/kwalletd',
  // Containers and clusters
  '.docker',
  '.config/containers/auth.json',
  '.config/helm',
  '.kube',
  // Clouds
  '.aws',
  '.azure',
  '.boto',
  '.config/gcloud',
  '.config/doctl',
  '.config/hcloud',
  '.config/rclone',
  '.oci',
  '.s3cfg',
  '.terraform.d/credentials.tfrc.json',
  '.terraformrc',
  // Git and its hosts
  '.git-credentials',
  '.config/git/credentials',
  // Where git writes a new version first.
  '.git-credentials.lock',
  '.config/git/credentials.lock',
  '.config/gh',
  '.config/glab-cli',
  '.config/hub',
  '.config/tea',
  // Package registries
  '.npmrc',
  '.yarnrc.yml',
  '.pypirc',
  '.config/pypoetry/auth.toml',
  '.cargo/credentials',
  '.cargo/credentials.toml',
  '.gem/credentials',
  '.config/composer/auth.json',
  '.composer/auth.json',
  '.nuget/NuGet/NuGet.Config',
  '.m2/settings.xml',
  '.gradle/gradle.properties',
  // Browsers and mail
  '.mozilla',
  '.thunderbird',
  '.config/chromium',
  '.config/google-chrome',
  // The agent of GitHub's runner
  'actions-runner/.credentials',
  'actions-runner/.credentials_rsaparams',
  'actions-runner/.runner',
] as const

/** Keys of this host itself, which root may read. */
export const systemCredentials = [
  '/etc/ssl/private',
  '/etc/ssh/ssh_host_rsa_key',
  '/etc/ssh/ssh_host_ecdsa_key',
  '/etc/ssh/ssh_host_ed25519_key',
  '/etc/NetworkManager/system-connections',
  '/etc/wireguard',
  '/etc/kubernetes',
  '/etc/rancher',
  '/etc/krb5.keytab',
  '/var/lib/kubelet',
  '/var/lib/docker',
  '/var/lib/containerd',
] as const

/** Homes of people and of root (passwd(5)): uids of services, and homes that are shared by several of those, are left out. */
export function homesOf(passwd: string): readonly string[] {
  const homes = passwd.split('\n').flatMap((line) => {
    const [, , uid, , , home] = line.split(':')
    const number = Number(uid)
    // Where useradd begins (UID_MIN of login.defs(5)), and the overflow uid.
    return home !== undefined && (number === 0 || (number >= 1000 && number < 65534)) ? [home] : []
  })
  return [...new Set(homes)]
}
