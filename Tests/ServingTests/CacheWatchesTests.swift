import Testing

@testable import Serving

@Suite struct CacheWatchesTests {
  @Test("a viewer and its request find each other, whoever comes first")
  func meeting() throws {
    let watches = CacheWatches()
    let early = watches.openViewer("a")
    #expect(!watches.hasRequest("a"))
    let request = try #require(watches.openRequest("a"))
    #expect(request === early && watches.hasRequest("a"))
    #expect(watches.openViewer("a") === request)
    #expect(watches.openViewer("b") !== request)
  }

  @Test("of two requests of one id the first is shown; when it has left, the next is")
  func sameID() throws {
    let watches = CacheWatches()
    let first = try #require(watches.openRequest("a"))
    let isSecondShown = watches.openRequest("a") != nil
    #expect(!isSecondShown)
    watches.closeRequest("a", first)
    let second = try #require(watches.openRequest("a"))
    #expect(second !== first)
    // A viewer of the first who leaves late does not touch the second.
    watches.closeViewer("a", first)
    #expect(watches.hasRequest("a"))
  }

  @Test("nothing is kept of those who have left, in whatever order")
  func leaving() throws {
    let watches = CacheWatches()
    for viewerLeavesFirst in [true, false] {
      let viewer = watches.openViewer("a")
      let request = try #require(watches.openRequest("a"))
      if viewerLeavesFirst { watches.closeViewer("a", viewer) }
      watches.closeRequest("a", request)
      if !viewerLeavesFirst { watches.closeViewer("a", viewer) }
      #expect(watches.count == 0)
    }
    let lonely = watches.openViewer("a")
    watches.closeViewer("a", lonely)
    #expect(watches.count == 0)
  }

  @Test("a viewer gets to know that its request left without having run")
  func refused() async throws {
    let watches = CacheWatches()
    let watch = watches.openViewer("a")
    async let isSeen = watch.next() != nil
    let request = try #require(watches.openRequest("a"))
    watches.closeRequest("a", request)
    #expect(await isSeen == false)
  }
}
