// Checks an unpacked bundle of the audit log with Go's own sumdb/note and tlog: the signature over every checkpoint,
// every hash tile, every entry's place in the tree, and that each earlier checkpoint is a prefix of the newest.
// None of this is Countersign's code. See docs/audit.md.
//
//	tlog FOLDER KEY     FOLDER: the unpacked archive; KEY: the verifying key in C2SP form, from someone you trust
package main

import (
	"encoding/json"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type folder struct{ path string }

func (f folder) read(parts ...string) []byte {
	data, err := os.ReadFile(filepath.Join(append([]string{f.path}, parts...)...))
	check(err)
	return data
}

// A tile of Go's checksum database is tile/8/<L>/<N>; C2SP leaves the height out, because it is always 8.
func (f folder) Height() int { return 8 }

func (f folder) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, tile := range tiles {
		name := strings.Replace(tile.Path(), "tile/8/", "tile/", 1)
		data, err := os.ReadFile(filepath.Join(f.path, filepath.FromSlash(name)))
		if err != nil {
			return nil, err
		}
		all = append(all, data)
	}
	return all, nil
}

func (f folder) SaveTiles([]tlog.Tile, [][]byte) {}

func main() {
	if len(os.Args) != 3 {
		log.Fatal("usage: tlog FOLDER KEY")
	}
	bundle := folder{os.Args[1]}
	verifier, err := note.NewVerifier(strings.TrimSpace(os.Args[2]))
	check(err)
	newest := opened(bundle.read("checkpoint"), verifier)
	// TileHashReader checks every tile that it reads against the signed root.
	hashes := tlog.TileHashReader(newest, bundle)
	checkpoints, err := os.ReadDir(filepath.Join(bundle.path, "checkpoints"))
	check(err)
	for _, file := range checkpoints {
		older := opened(bundle.read("checkpoints", file.Name()), verifier)
		proof, err := tlog.ProveTree(newest.N, older.N, hashes)
		check(err)
		check(tlog.CheckTree(proof, newest.N, newest.Hash, older.N, older.Hash))
	}
	first := int64(0)
	var about struct{ First int64 }
	check(json.Unmarshal(bundle.read("about.json"), &about))
	first = about.First
	for index := first; index < newest.N; {
		for _, entry := range entries(bundle, index, newest.N) {
			leaf := tlog.RecordHash(entry)
			proof, err := tlog.ProveRecord(newest.N, index, hashes)
			check(err)
			check(tlog.CheckRecord(proof, newest.N, newest.Hash, index, leaf))
			index++
		}
	}
	fmt.Printf("%s: %d entries included, %d checkpoints consistent\n", verifier.Name(), newest.N-first, len(checkpoints))
}

// A checkpoint of C2SP: origin, size, root, signed by the key of that origin.
func opened(text []byte, verifier note.Verifier) tlog.Tree {
	signed, err := note.Open(text, note.VerifierList(verifier))
	check(err)
	lines := strings.Split(signed.Text, "\n")
	if len(lines) != 4 || lines[0] != verifier.Name() {
		log.Fatalf("this is no checkpoint of %s", verifier.Name())
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	check(err)
	root, err := tlog.ParseHash(lines[2])
	check(err)
	return tlog.Tree{N: size, Hash: root}
}

// The entries of the bundle in which the entry at this index stands.
func entries(bundle folder, index, size int64) [][]byte {
	tile := tlog.Tile{H: 8, L: -1, N: index / 256, W: int(min(256, size-index/256*256))}
	name := strings.Replace(tile.Path(), "tile/8/data/", "tile/entries/", 1)
	data := bundle.read(filepath.FromSlash(name))
	var found [][]byte
	for len(data) > 0 {
		length := int(data[0])<<8 | int(data[1])
		found = append(found, data[2:2+length])
		data = data[2+length:]
	}
	return found
}

func min(a, b int64) int64 {
	if a < b {
		return a
	}
	return b
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
