using Xunit;

// Lesson sockets are plain, without SOCK_CLOEXEC, as the lesson's programs make them. A program that another test starts at that moment would inherit them
// and keep a closed listener alive.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
