#!/usr/bin/env bash
# Makes a release, or says what stands in its way; nothing is published or pushed.
#
#   bash release.sh VERSION            check, test, build, try, and tag
#   bash release.sh VERSION --dry-run  the same without the tag; every guard that fails is said
#
# What is built lies in dist/VERSION/. Tag and files are pushed and uploaded by a person, who is told how.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
version=${1:?"name the version, such as 0.1.0"}
dry=${2:-}
tag=v$version
built=dist/$version
failed=0

refuse() {
  echo "release.sh: $1" >&2
  failed=1
}

case $dry in "" | --dry-run) ;; *) refuse "the option $dry is not known; accepted: --dry-run." ;; esac
[[ $version =~ ^[0-9]+\.[0-9]+\.[0-9]+$ ]] || refuse "$version is no version; accepted: three numbers, such as 0.1.0."
grep -qxF "__version__ = \"$version\"" pipeline/__init__.py ||
  refuse "pipeline/__init__.py says $(grep -o '".*"' pipeline/__init__.py | tail -1), not \"$version\"."
grep -qE "^## ${version//./\\.} \([0-9]{4}-[0-9]{2}-[0-9]{2}\)$" CHANGES.md ||
  refuse "CHANGES.md has no heading '## $version (YYYY-MM-DD)' with the day of the release."
[ -z "$(git status --porcelain)" ] || refuse "there are changes that are not committed: $(git status --porcelain | head -3 | xargs)"
[ "$(git branch --show-current)" = main ] || refuse "this is the branch '$(git branch --show-current)', not main."
! git rev-parse -q --verify "refs/tags/$tag" >/dev/null || refuse "the tag $tag exists already."
[ ! -e "$built" ] || refuse "$built exists already; delete it, so that it holds only what is built now."
if [ $failed = 1 ] && [ "$dry" != --dry-run ]; then
  echo "Nothing was done." >&2
  exit 2
fi

bash setup.sh test
bash .ci/build "$built"
bash .ci/try-wheel "$built"/*.whl
[ -z "$(git status --porcelain)" ] || refuse "the tests or the build changed files: $(git status --porcelain | head -3 | xargs)"

if [ $failed = 1 ]; then
  echo "A release would not be made." >&2
  exit 2
elif [ "$dry" = --dry-run ]; then
  echo "A release could be made; no tag was set."
else
  git tag --annotate "$tag" --message "living-review $version"
  echo "Tagged $tag. Now: git push origin $tag, and upload the files of $built."
fi
