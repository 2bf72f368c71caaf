{
  "target_defaults": {
    "defines": ["NAPI_VERSION=9", "NODE_ADDON_API_CPP_EXCEPTIONS"],
    "include_dirs": ["<!(node -p \"require('node-addon-api').include_dir\")"],
    "cflags_cc": ["-std=c++20", "-O3", "-fvisibility=hidden", "-Wall", "-Wextra"],
    "cflags_cc!": ["-std=gnu++17", "-std=gnu++20", "-fno-exceptions", "-fno-rtti"],
    "xcode_settings": {
      "CLANG_CXX_LANGUAGE_STANDARD": "c++20",
      "GCC_ENABLE_CPP_EXCEPTIONS": "YES",
      "GCC_OPTIMIZATION_LEVEL": "3",
      "GCC_SYMBOLS_PRIVATE_EXTERN": "YES",
      "MACOSX_DEPLOYMENT_TARGET": "12.0",
    },
    "msvs_settings": {"VCCLCompilerTool": {"ExceptionHandling": 1, "AdditionalOptions": ["/std:c++20"]}},
  },
  "targets": [
    {
      "target_name": "codec",
      "sources": [
        "codec/src/binding.cc",
        "codec/src/engine.cc",
        "codec/src/engine-plain.cc",
        "codec/src/field.cc",
        "codec/src/memory.cc",
        "codec/src/reed-solomon.cc",
        "codec/src/merkle.cc",
        "codec/src/shape.cc",
        "codec/src/encode.cc",
        "codec/src/encode-columns.cc",
        "codec/src/encode-finish.cc",
        "codec/src/sliver.cc",
        "codec/src/gear.cc",
        "codec/src/host-library.cc",
        "codec/src/seal.cc",
        "codec/src/binding-seal.cc",
        "codec/src/files.cc",
        "codec/src/binding-files.cc",
        "codec/src/kernel-times.cc",
      ],
      "conditions": [
        ["target_arch=='x64'", {"dependencies": ["engine_avx2", "engine_avx2_gfni", "engine_avx512_gfni"]}],
        ["target_arch=='arm64'", {"sources": ["codec/src/engine-neon.cc"]}],
      ],
    },
  ],
  # One library for each set of instructions: only its own code is compiled for them, and it runs only where the processor has them.
  "conditions": [
    ["target_arch=='x64'", {
      "targets": [
        {
          "target_name": "engine_avx2",
          "type": "static_library",
          "sources": ["codec/src/engine-avx2.cc"],
          "cflags_cc": ["-mavx2"],
          "xcode_settings": {"OTHER_CPLUSPLUSFLAGS": ["-mavx2"]},
        },
        {
          "target_name": "engine_avx2_gfni",
          "type": "static_library",
          "sources": ["codec/src/engine-avx2-gfni.cc"],
          "cflags_cc": ["-mavx2", "-mgfni"],
          "xcode_settings": {"OTHER_CPLUSPLUSFLAGS": ["-mavx2", "-mgfni"]},
        },
        {
          "target_name": "engine_avx512_gfni",
          "type": "static_library",
          "sources": ["codec/src/engine-avx512-gfni.cc"],
          "cflags_cc": ["-mavx2", "-mavx512f", "-mavx512bw", "-mavx512vl", "-mgfni", "-Wno-uninitialized", "-Wno-maybe-uninitialized"],
          "xcode_settings": {"OTHER_CPLUSPLUSFLAGS": ["-mavx2", "-mavx512f", "-mavx512bw", "-mavx512vl", "-mgfni"]},
        },
      ],
    }],
  ],
}
