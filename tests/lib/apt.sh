# SPDX-License-Identifier: MIT
# Copyright The libseccomp-notify authors
# Downloads packages of any Debian suite and architecture, and unpacks them into
# private folders. Nothing is installed. Source this file after common.sh.
# Packages: apt debian-archive-keyring dpkg dpkg-dev tar util-linux
#
# SUITE-ARCH, for example bookworm-arm64, names a suite of Debian's archive and
# an architecture. For each of them, the folder build/apt/SUITE-ARCH has
# apt-get's configuration, list of sources and state, its messages in apt.log,
# and the downloaded packages. The mirror is the one that this machine's own apt
# uses.
#
# The functions return 1 if something cannot be downloaded, and the script then
# calls missing(). If a package does not exist, they end the script by fail(),
# so they may not be called in $(...).
# shellcheck shell=bash
# shellcheck disable=SC2154 # common.sh sets these variables
archive=$PWD/build/apt
need apt-get apt
need dpkg-deb dpkg
need flock util-linux
[ -e /usr/share/keyrings/debian-archive-keyring.gpg ] ||
	fail "the keys of Debian's archive are missing: install the package debian-archive-keyring"

# apt_of SUITE-ARCH COMMAND...: runs apt-get or apt-cache for SUITE-ARCH.
apt_of() {
	local folder=$archive/$1
	shift
	APT_CONFIG=$folder/apt.conf "$@"
}

# apt_update SUITE-ARCH: downloads the lists of packages if the last download is
# more than three hours old, or more than 10 minutes if it was incomplete. If a
# list cannot be downloaded, the file "incomplete" is created, and the other
# lists are used. SUITE-source stands for the lists of source packages.
apt_update() (
	folder=$archive/$1 suite=${1%-*} arch=${1##*-} type=deb
	[ "$arch" != source ] || {
		type=deb-src
		arch=$(dpkg --print-architecture)
	}
	mkdir -p "$folder"/{lists/partial,archives/partial,packages}
	exec {lock}>"$folder/lock"
	flock "$lock"
	[ -z "$(find "$folder" -name updated -mmin -180 -o \
		-name incomplete -mmin -10)" ] || exit 0
	sources "$suite" "$type" >"$folder/sources.list"
	cat >"$folder/apt.conf.new" <<-end
		Dir::Etc { SourceList "$folder/sources.list"; SourceParts "/dev/null";
			Preferences "/dev/null"; PreferencesParts "/dev/null"; };
		Dir::State "$folder"; Dir::State::status "/dev/null";
		Dir::Cache "$folder";
		APT::Architecture "$arch"; APT::Architectures { "$arch"; };
		APT::Sandbox::User "root"; APT::Update::Error-Mode "any";
		Acquire::Languages "none"; Acquire::Retries "3";
	end
	mv "$folder/apt.conf.new" "$folder/apt.conf" # another script may read it
	rm -f "$folder/updated"
	if apt_of "$1" apt-get -q update >"$folder/apt.log" 2>&1; then
		touch "$folder/updated"
		rm -f "$folder/incomplete"
	else
		touch "$folder/incomplete"
	fi
)

# unknown SUITE-ARCH WHAT: ends the script because WHAT does not exist, or
# returns 1 if WHAT may be in a list that could not be downloaded.
unknown() {
	if [ -e "$archive/$1/incomplete" ]; then
		echo "no $2 in the lists" >>"$archive/$1/apt.log"
		return 1
	fi
	fail "Debian ${1%-*} for ${1##*-} has no $2"
}

# missing SUITE-ARCH WHAT: prints that WHAT is skipped because of a download
# that failed.
missing() {
	echo "SKIP: $check: $2: packages of Debian ${1%-*} for ${1##*-} could" \
		"not be downloaded: $(tail -n 1 "$archive/$1/apt.log")"
}

# field SUITE-ARCH PACKAGE FIELD: prints this field of the newest version of the
# package. Call apt_update first.
field() {
	apt_of "$1" apt-cache show --no-all-versions "$2" 2>/dev/null |
		sed -n "s/^$3: //p"
}

# apt_fetch SUITE-ARCH PACKAGE[=VERSION]...: downloads the packages, and stores
# the names of their files in the array fetched.
apt_fetch() {
	local suite=$1 folder=$archive/$1 package name version arch file
	local wanted=() partial known
	shift
	fetched=()
	apt_update "$suite"
	known=$(apt_of "$suite" apt-cache show --no-all-versions "$@" \
		2>/dev/null | awk '
			$1 == "Package:" { name = $2 }
			$1 == "Version:" { version = $2 }
			$1 == "Architecture:" { arch = $2 }
			$0 == "" { print name, version, arch }')
	for package; do
		grep -q "^${package%%=*} " <<<"$known" ||
			unknown "$suite" "package $package" || return
	done
	while read -r name version arch; do
		file=$folder/packages/${name}_${version/:/%3a}_$arch.deb
		fetched+=("$file")
		[ -e "$file" ] || wanted+=("$name=$version")
	done <<<"$known"
	[ "${#wanted[@]}" != 0 ] || return 0
	partial=$(mktemp -d "$folder/packages/partial.XXXXXX")
	(cd "$partial" && apt_of "$suite" apt-get -q download "${wanted[@]}") \
		>>"$folder/apt.log" 2>&1 || {
		rm -rf "$partial"
		return 1
	}
	mv "$partial"/*.deb "$folder/packages"
	rmdir "$partial"
}

# apt_unpack SUITE-ARCH FOLDER PACKAGE[=VERSION]...: downloads the packages and
# unpacks them into FOLDER, without the packages that they depend on.
apt_unpack() {
	local folder=$2 file fetched
	apt_fetch "$1" "${@:3}" || return
	mkdir -p "$folder"
	for file in "${fetched[@]}"; do
		dpkg-deb --fsys-tarfile "$file" |
			tar -x -C "$folder" --keep-directory-symlink ||
			fail "$file cannot be unpacked"
	done
}

# apt_root SUITE-ARCH FOLDER PACKAGE...: unpacks the packages, and all packages
# that they depend on, into FOLDER, which run_in can then use as a root
# directory. The packages' scripts are not run. If FOLDER already has the newest
# versions, nothing is done.
apt_root() {
	local suite=$1 folder=$2 name plan packages
	shift 2
	apt_update "$suite"
	plan=$(apt_of "$suite" apt-get -s --no-install-recommends install \
		coreutils dash "$@" 2>&1) || {
		tail -n 5 <<<"$plan" >>"$archive/$suite/apt.log"
		unknown "$suite" "set of packages $*: $(tail -n 1 <<<"$plan")"
		return
	}
	mapfile -t packages < <(
		sed -n 's/^Inst \([^ ]*\) (\([^ ]*\) .*/\1=\2/p' <<<"$plan")
	if [ "$(cat "$folder.packages" 2>/dev/null)" = "${packages[*]}" ]; then
		return
	fi
	rm -rf "$folder" "$folder.packages"
	for name in bin lib lib32 lib64 sbin; do
		mkdir -p "$folder/usr/$name"
		ln -s "usr/$name" "$folder"
	done
	mkdir "$folder"/{dev,proc,tmp}
	apt_unpack "$suite" "$folder" "${packages[@]}" || return
	echo "${packages[*]}" >"$folder.packages"
}

# run_in ROOT COMMAND...: runs the command with ROOT as its root directory,
# where the repository, /dev and /proc are mounted at their usual paths. The
# mounts vanish when the last process of the command ends.
run_in() {
	local root=$1 map=()
	shift
	[ "$(id -u)" = 0 ] || map=(--map-root-user)
	mkdir -p "$root$PWD"
	# shellcheck disable=SC2016 # the inner shell expands it
	unshare --mount "${map[@]}" sh -euc '
		mount --rbind "$PWD" "$0$PWD"
		mount --rbind /dev "$0/dev"
		mount --rbind /proc "$0/proc"
		exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/tmp \
			LC_ALL=C.UTF-8 chroot "$0" env --chdir="$PWD" "$@"' \
		"$root" "$@"
}

# apt_source SUITE PACKAGE FOLDER: downloads the source of the package and
# unpacks it into FOLDER, unless FOLDER exists.
apt_source() {
	local suite=$1-source partial
	[ ! -d "$3" ] || return 0
	need dpkg-source dpkg-dev
	apt_update "$suite"
	[ "$(apt_of "$suite" apt-cache showsrc --only-source "$2" 2>/dev/null)" ] ||
		unknown "$suite" "source package $2" || return
	partial=$(mktemp -d "$archive/$suite/packages/partial.XXXXXX")
	(cd "$partial" && apt_of "$suite" apt-get -q source --download-only \
		--only-source "$2") >>"$archive/$suite/apt.log" 2>&1 || {
		rm -rf "$partial"
		return 1
	}
	mkdir -p "$(dirname "$3")"
	dpkg-source --no-check -x "$partial"/*.dsc "$3.partial" \
		>>"$archive/$suite/apt.log" 2>&1 ||
		fail "the source package $2 cannot be unpacked"
	rm -rf "$partial"
	mv "$3.partial" "$3"
}
